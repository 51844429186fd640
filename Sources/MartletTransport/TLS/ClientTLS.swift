package import NIOCore
import NIOSSL

/// A client's TLS (1.2 and 1.3): the server's certificate and name are verified unless that is
/// turned off.
public struct ClientTLS: Sendable {
    private let context: NIOSSLContext
    private let serverName: String?

    /// Makes a client's TLS.
    ///
    /// - Parameters:
    ///   - trust: Who may sign the server's certificate.
    ///   - credential: The client's own certificate, for servers that ask for one.
    ///   - applicationProtocols: What ALPN offers, best first.
    ///   - serverName: The DNS name that the server is asked for and must have a certificate for;
    ///     nil for the host that is connected to.
    ///   - verifiesServer: Whether the server must prove who it is. Without, whoever is on the way
    ///     can read and change everything.
    /// - Throws: ``TLSError`` when the parts do not fit together.
    public init(
        trust: TLSTrust = .system,
        credential: TLSCredential? = nil,
        applicationProtocols: [String] = ["http/1.1"],
        serverName: String? = nil,
        verifiesServer: Bool = true
    ) throws {
        self.serverName = serverName
        var configuration = TLSConfiguration.makeClientConfiguration()
        configuration.minimumTLSVersion = .tlsv12
        configuration.applicationProtocols = applicationProtocols
        configuration.trustRoots = trust.roots
        if !verifiesServer { configuration.certificateVerification = .none }
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
        let host = serverName ?? host
        let isAddress = (try? SocketAddress(ipAddress: host, port: 0)) != nil
        return try NIOSSLClientHandler(context: context, serverHostname: isAddress ? nil : host)
    }
}
