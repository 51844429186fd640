public import MartletCore
public import MartletHTTP

/// Accepts JSON Web Tokens in `Authorization: Bearer` (RFC 6750).
public struct BearerAuthenticator: Authenticator {
    private let verifier: TokenVerifier
    private let realm: String

    /// Makes an authenticator.
    ///
    /// - Parameters:
    ///   - verifier: What checks tokens.
    ///   - realm: What the caller is asked to authenticate for.
    public init(_ verifier: TokenVerifier, realm: String = "martlet") {
        self.verifier = verifier
        self.realm = realm
    }

    /// `Bearer` with the realm.
    public var challenge: String? {
        Challenge.make("Bearer", [("realm", realm)])
    }

    /// The subject of the request's token.
    ///
    /// - Throws: ``AuthenticationError`` with `invalid_token` (RFC 6750 §3.1); ``TokenError`` when
    ///   the keys cannot be had.
    public func authenticate(_ request: Request, context: CallContext) async throws -> Identity? {
        guard let token = try AuthorizationField.credentials("Bearer", in: request.headers) else {
            return nil
        }
        do {
            return try await verifier.verify(String(token))
        } catch let error as TokenError where error.code != .keysUnavailable {
            throw AuthenticationError(
                error.message,
                challenge: Challenge.make(
                    "Bearer",
                    [
                        ("realm", realm), ("error", "invalid_token"),
                        ("error_description", error.message),
                    ]
                ),
                cause: error
            )
        }
    }
}
