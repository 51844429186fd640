public import MartletCore

/// A key that a program sends to say who it is.
public struct APIKey: Sendable {
    let digest: SecretDigest
    let identity: Identity

    /// Makes a key of its text, of which only the digest is kept.
    ///
    /// - Parameters:
    ///   - key: The key: at least 128 random bits, in whatever spelling.
    ///   - owner: Whose it is.
    ///   - claims: What else is known of the owner, such as `scope`.
    public init(_ key: String, owner: String, claims: [String: Identity.Claim] = [:]) {
        digest = SecretDigest(of: key.utf8)
        identity = Identity(subject: owner, scheme: "api-key", claims: claims)
    }

    /// Makes a key of its SHA-256, so that a configuration need not hold the key itself.
    ///
    /// - Parameters:
    ///   - sha256: The digest of the key's UTF-8 as 64 hexadecimal digits.
    ///   - owner: Whose it is.
    ///   - claims: What else is known of the owner.
    /// - Throws: ``KeyError`` when the digest is not 64 hexadecimal digits.
    public init(
        sha256: String,
        owner: String,
        claims: [String: Identity.Claim] = [:]
    ) throws(KeyError) {
        guard let digest = SecretDigest(hexadecimal: sha256) else {
            throw KeyError("The SHA-256 of the key of '\(owner)' is not 64 hexadecimal digits.")
        }
        self.digest = digest
        identity = Identity(subject: owner, scheme: "api-key", claims: claims)
    }
}
