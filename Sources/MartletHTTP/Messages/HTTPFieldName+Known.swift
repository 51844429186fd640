public import HTTPTypes

extension HTTPField.Name {
    /// Makes a name that is written out in the source, and so known to be a token.
    package init(known name: StaticString) {
        guard let made = HTTPField.Name("\(name)") else {
            preconditionFailure("'\(name)' is not a token (RFC 9110 §5.1)")
        }
        self = made
    }

    /// `Forwarded`: what a proxy knows of the request's origin (RFC 7239).
    public static let forwarded = HTTPField.Name(known: "Forwarded")

    /// `X-Forwarded-For`: the addresses that the request came through, the client's first.
    public static let xForwardedFor = HTTPField.Name(known: "X-Forwarded-For")

    /// `X-Forwarded-Host`: the `Host` that the client sent.
    public static let xForwardedHost = HTTPField.Name(known: "X-Forwarded-Host")

    /// `X-Forwarded-Proto`: the scheme that the client used.
    public static let xForwardedProto = HTTPField.Name(known: "X-Forwarded-Proto")

    /// `X-API-Key`: the key of a program that calls.
    public static let xAPIKey = HTTPField.Name(known: "X-API-Key")

    /// `RateLimit`: what is left of a quota (draft-ietf-httpapi-ratelimit-headers).
    public static let rateLimit = HTTPField.Name(known: "RateLimit")

    /// `RateLimit-Policy`: a server's quotas (draft-ietf-httpapi-ratelimit-headers).
    public static let rateLimitPolicy = HTTPField.Name(known: "RateLimit-Policy")
}
