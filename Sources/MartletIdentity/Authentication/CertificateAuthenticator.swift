public import MartletCore
public import MartletHTTP

/// Takes the name in a client's TLS certificate for the caller (mutual TLS).
///
/// The server has verified the certificate's chain; this says whose it is. Set the server's TLS
/// up to ask for client certificates, and give it only the authorities that may name callers.
public struct CertificateAuthenticator: Authenticator {
    private let accepts: @Sendable (String) -> Bool

    /// Makes an authenticator.
    ///
    /// - Parameter accepts: Whether a name is a caller's, such as a SPIFFE identity in the trust
    ///   domain; the first name that is becomes the subject. Every name by default.
    public init(accepts: @escaping @Sendable (String) -> Bool = { _ in true }) {
        self.accepts = accepts
    }

    /// Nil: a certificate is asked for in the TLS handshake.
    public var challenge: String? { nil }

    /// The first accepted name of the peer's certificate, with all its names as the claim `names`.
    public func authenticate(_ request: Request, context: CallContext) async throws -> Identity? {
        let names = request.peer?.certificateNames ?? []
        guard !names.isEmpty else { return nil }
        guard let subject = names.first(where: accepts) else {
            throw AuthenticationError("The client certificate's names are not accepted.")
        }
        return Identity(
            subject: subject,
            scheme: "mtls",
            claims: ["names": .list(names.map { .string($0) })]
        )
    }
}
