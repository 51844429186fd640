/// How a token is signed: the `alg` of its header (RFC 7518 §3.1, RFC 8037).
public struct SignatureAlgorithm: Hashable, Sendable, CustomStringConvertible {
    /// The name, such as `RS256`.
    public let name: String

    private init(_ name: String) {
        self.name = name
    }

    /// The name.
    public var description: String { name }

    /// RSA with PKCS #1 v1.5 padding and SHA-256.
    public static let rs256 = SignatureAlgorithm("RS256")
    /// RSA with PKCS #1 v1.5 padding and SHA-384.
    public static let rs384 = SignatureAlgorithm("RS384")
    /// RSA with PKCS #1 v1.5 padding and SHA-512.
    public static let rs512 = SignatureAlgorithm("RS512")
    /// RSA with PSS padding and SHA-256.
    public static let ps256 = SignatureAlgorithm("PS256")
    /// RSA with PSS padding and SHA-384.
    public static let ps384 = SignatureAlgorithm("PS384")
    /// RSA with PSS padding and SHA-512.
    public static let ps512 = SignatureAlgorithm("PS512")
    /// ECDSA on P-256 with SHA-256.
    public static let es256 = SignatureAlgorithm("ES256")
    /// ECDSA on P-384 with SHA-384.
    public static let es384 = SignatureAlgorithm("ES384")
    /// ECDSA on P-521 with SHA-512.
    public static let es512 = SignatureAlgorithm("ES512")
    /// EdDSA on Curve25519.
    public static let edDSA = SignatureAlgorithm("EdDSA")
    /// HMAC with SHA-256 and a shared secret.
    public static let hs256 = SignatureAlgorithm("HS256")
    /// HMAC with SHA-384 and a shared secret.
    public static let hs384 = SignatureAlgorithm("HS384")
    /// HMAC with SHA-512 and a shared secret.
    public static let hs512 = SignatureAlgorithm("HS512")

    /// Those with a public key; `none` is not an algorithm here.
    public static let asymmetric: Set<SignatureAlgorithm> = [
        .rs256, .rs384, .rs512, .ps256, .ps384, .ps512, .es256, .es384, .es512, .edDSA,
    ]

    /// Those with a shared secret.
    public static let symmetric: Set<SignatureAlgorithm> = [.hs256, .hs384, .hs512]

    static let rsa: [SignatureAlgorithm] = [.rs256, .rs384, .rs512, .ps256, .ps384, .ps512]

    static let byName: [String: SignatureAlgorithm] = Dictionary(
        uniqueKeysWithValues: asymmetric.union(symmetric).map { ($0.name, $0) }
    )
}
