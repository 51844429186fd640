package import NIOCore
package import NIOSSL
import Synchronization

/// A server's TLS (1.2 and 1.3): its certificate, and whether clients must show one.
///
/// ``reload(_:clients:)`` swaps the certificate for the connections to come; those that are open
/// keep the one they began with, so none is dropped.
public final class ServerTLS: Sendable {
    /// What a client must show.
    public struct ClientCertificates: Sendable {
        package let verification: CertificateVerification
        package let trust: TLSTrust?

        /// Clients are not asked for a certificate.
        public static let ignored = ClientCertificates(verification: .none, trust: nil)

        /// Clients must show a certificate that one of `trust` signed (mutual TLS).
        public static func required(_ trust: TLSTrust) -> ClientCertificates {
            ClientCertificates(verification: .noHostnameVerification, trust: trust)
        }

        /// Clients may show a certificate; one that is shown must be signed by one of `trust`.
        public static func optional(_ trust: TLSTrust) -> ClientCertificates {
            ClientCertificates(verification: .optionalVerification, trust: trust)
        }
    }

    private struct State {
        var clients: ClientCertificates
        var context: NIOSSLContext
    }

    private let applicationProtocols: [String]
    private let state: Mutex<State>

    /// Makes a server's TLS.
    ///
    /// - Parameters:
    ///   - credential: The server's certificate and key.
    ///   - clients: What a client must show.
    ///   - applicationProtocols: What ALPN offers, best first; a protocol other than HTTP has its
    ///     own, or none.
    /// - Throws: ``TLSError`` when the parts do not fit together.
    public init(
        _ credential: TLSCredential,
        clients: ClientCertificates = .ignored,
        applicationProtocols: [String] = ["h2", "http/1.1"]
    ) throws {
        self.applicationProtocols = applicationProtocols
        let context = try Self.makeContext(credential, clients, applicationProtocols)
        state = Mutex(State(clients: clients, context: context))
    }

    /// Uses `credential` for the connections to come.
    ///
    /// - Parameters:
    ///   - credential: The server's certificate and key.
    ///   - clients: What a client must show from now on; nil for the same as before.
    /// - Throws: ``TLSError`` when the parts do not fit together; the old credential stays.
    public func reload(_ credential: TLSCredential, clients: ClientCertificates? = nil) throws {
        let clients = clients ?? state.withLock { $0.clients }
        let fresh = try Self.makeContext(credential, clients, applicationProtocols)
        state.withLock { $0 = State(clients: clients, context: fresh) }
    }

    package func makeHandler() -> any ChannelHandler {
        NIOSSLServerHandler(context: state.withLock { $0.context })
    }

    private static func makeContext(
        _ credential: TLSCredential,
        _ clients: ClientCertificates,
        _ applicationProtocols: [String]
    ) throws -> NIOSSLContext {
        var configuration = TLSConfiguration.makeServerConfiguration(
            certificateChain: credential.chain.map { .certificate($0) },
            privateKey: .privateKey(credential.key)
        )
        configuration.minimumTLSVersion = .tlsv12
        configuration.applicationProtocols = applicationProtocols
        configuration.certificateVerification = clients.verification
        if let trust = clients.trust {
            configuration.trustRoots = trust.roots
        }
        do {
            return try NIOSSLContext(configuration: configuration)
        } catch {
            throw TLSError(
                .invalidConfiguration,
                "The server's certificate and key do not make a working TLS configuration.",
                error
            )
        }
    }
}
