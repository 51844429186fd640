/// Which tokens are accepted.
public struct TokenPolicy: Sendable {
    /// The issuers whose tokens are accepted (`iss`); any when nil.
    public var issuers: Set<String>?

    /// The audiences of which a token has to name one (`aud`); any when nil.
    ///
    /// Name your service: otherwise a token that was made for another one opens this one too.
    public var audiences: Set<String>?

    /// The algorithms that are accepted; all with a public key by default.
    ///
    /// A key is only ever used with the algorithms of its own kind, so that a public key cannot be
    /// taken for a shared secret (RFC 8725 §3.1).
    public var algorithms: Set<SignatureAlgorithm>

    /// How far the clocks of two machines may differ; 30 s by default.
    public var leeway: Duration

    /// Whether a token has to expire; yes by default.
    public var requiresExpiry: Bool

    /// The greatest age of a token by its `iat`, which it then has to have; any when nil.
    public var maximumAge: Duration?

    /// The `typ` that a token's header has to have, compared without case and without
    /// `application/`; any when nil.
    ///
    /// `at+jwt` keeps identity tokens from being used as access tokens (RFC 9068 §2.1).
    public var type: String?

    /// The most bytes of a token; 8 KiB by default, as much as servers allow a header field.
    public var maximumLength: Int

    /// Makes a policy.
    public init(
        issuers: Set<String>? = nil,
        audiences: Set<String>? = nil,
        algorithms: Set<SignatureAlgorithm> = SignatureAlgorithm.asymmetric,
        leeway: Duration = .seconds(30),
        requiresExpiry: Bool = true,
        maximumAge: Duration? = nil,
        type: String? = nil,
        maximumLength: Int = 8 << 10
    ) {
        precondition(!algorithms.isEmpty, "a policy without algorithms accepts no token")
        precondition(leeway >= .zero, "clocks do not differ by less than nothing")
        precondition(maximumLength > 0, "a token has at least one byte")
        self.issuers = issuers
        self.audiences = audiences
        self.algorithms = algorithms
        self.leeway = leeway
        self.requiresExpiry = requiresExpiry
        self.maximumAge = maximumAge
        self.type = type
        self.maximumLength = maximumLength
    }
}
