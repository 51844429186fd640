public import MartletCore

/// Checks JSON Web Tokens (RFC 7515, RFC 7519, with the advice of RFC 8725) and says who they name.
///
/// A token names its key by `kid`. A key that is not known makes the verifier ask its source once
/// more, so that keys that rotate are found at once; see ``JWKSource`` for what keeps that from
/// being abused. A token without a `kid` is tried with every key of its algorithm, up to
/// ``maximumKeysTried``.
public struct TokenVerifier: Sendable {
    /// The most keys that a token without a `kid` is tried with.
    public static let maximumKeysTried = 8

    private let source: any JWKSource
    private let policy: TokenPolicy
    private let clock: WallClock

    /// Makes a verifier.
    ///
    /// - Parameters:
    ///   - source: Where the keys come from.
    ///   - policy: Which tokens are accepted.
    ///   - clock: What tells the time of day.
    public init(_ source: any JWKSource, policy: TokenPolicy, clock: WallClock = .system) {
        self.source = source
        self.policy = policy
        self.clock = clock
    }

    /// Checks a token.
    ///
    /// - Parameter token: A token in compact form.
    /// - Returns: Its subject, with all of its claims; the scheme is `bearer`.
    /// - Throws: ``TokenError``; `CancellationError` while keys are fetched.
    public func verify(_ token: String) async throws -> Identity {
        let parts = try TokenParts(token, maximumLength: policy.maximumLength)
        guard let algorithm = SignatureAlgorithm.byName[parts.header.alg],
            policy.algorithms.contains(algorithm)
        else {
            throw TokenError(.algorithm, "The token's algorithm is not accepted.")
        }
        try checkType(parts.header.typ)
        try await checkSignature(parts, algorithm)
        let claims = try TokenClaims(parts.payload)
        try claims.check(policy, now: clock.secondsSinceEpoch)
        return Identity(subject: try claims.subject(), scheme: "bearer", claims: claims.all)
    }

    private func checkType(_ type: String?) throws(TokenError) {
        guard let wanted = policy.type?.lowercased() else { return }
        var type = type?.lowercased() ?? ""
        if type.hasPrefix("application/") { type.removeFirst("application/".count) }
        guard type == wanted else {
            throw TokenError(.claim, "The token's type is not '\(wanted)'.")
        }
    }

    private func checkSignature(
        _ parts: TokenParts,
        _ algorithm: SignatureAlgorithm
    ) async throws {
        let keys = try await source.keys()
        do {
            try Self.checkSignature(parts, algorithm, keys)
        } catch  where error.code == .unknownKey {
            let refreshed = try await source.keys(after: keys)
            guard refreshed.version != keys.version else { throw error }
            try Self.checkSignature(parts, algorithm, refreshed)
        }
    }

    private static func checkSignature(
        _ parts: TokenParts,
        _ algorithm: SignatureAlgorithm,
        _ keys: KeySet
    ) throws(TokenError) {
        if let identifier = parts.header.kid {
            guard let key = keys.key(identifier) else {
                throw TokenError(.unknownKey, "The token's key is not known.")
            }
            guard key.canVerify(algorithm) else {
                throw TokenError(.algorithm, "The token's key is not of its algorithm.")
            }
            guard key.verifies(parts.signature, of: parts.signedBytes, algorithm) else {
                throw TokenError(.signature, "The token's signature is wrong.")
            }
            return
        }
        let candidates = keys.keys.lazy.filter { $0.canVerify(algorithm) }
        let isSigned = candidates.prefix(maximumKeysTried).contains {
            $0.verifies(parts.signature, of: parts.signedBytes, algorithm)
        }
        guard isSigned else {
            throw TokenError(.unknownKey, "No key that is known has signed the token.")
        }
    }
}
