package import NIOCore
import NIOSSL

/// A client's TLS (1.2 and 1.3): the server's certificate and name are always verified.
public struct ClientTLS: Sendable {
    private let context: NIOSSLContext

    /// Makes a client's TLS.
    ///
    /// - Parameters:
    ///   - trust: Who may sign the server's certificate.
    ///   - credential: The client's own certificate, for servers that ask for one.
    ///   - applicationProtocols: What ALPN offers, best first.
    /// - Throws: ``TLSError`` when the parts do not fit together.
    public init(
        trust: TLSTrust = .system,
        credential: TLSCredential? = nil,
        applicationProtocols: [String] = ["http/1.1"]
    ) throws {
        var configuration = TLSConfiguration.makeClientConfiguration()
        configuration.minimumTLSVersion = .tlsv12
        configuration.applicationProtocols = applicationProtocols
        configuration.trustRoots = trust.roots
        if let credential {
            configuration.certificateChain = credential.chain.map { .certificate($0) }
            configuration.privateKey = .privateKey(credential.key)
        }
        do {
            context = try NIOSSLContext(configuration: configuration)
        } catch {
            throw TLSError(
                .invalidConfiguration,
                "The client's trust and certificate do not make a working TLS configuration.",
                error
            )
        }
    }

    /// Makes the handler for a connection to `host`; an IP address is verified as one.
    package func makeHandler(host: String) throws -> any ChannelHandler {
        let isAddress = (try? SocketAddress(ipAddress: host, port: 0)) != nil
        return try NIOSSLClientHandler(context: context, serverHostname: isAddress ? nil : host)
    }
}
