/// Whether fields of a name go into the dynamic table.
package enum HPACKIndexing: Sendable {
    /// From the second time on that the encoder meets the field, not long after the first.
    ///
    /// Puts what is constant into the table, and what changes now and then, such as `date`, which
    /// costs one literal and one insertion a second; keeps out what comes once.
    case whenRepeated
    /// The first time: its values are few.
    case always
    /// Not at all: its values do not come again.
    case not
    /// Not by anyone on the way either: its value is a secret, and whoever can make the encoder
    /// compress guesses beside it must not learn from the length whether one is right (RFC 7541
    /// §7.1).
    case never
}

extension HPACKIndexing {
    /// The names that are not left to ``whenRepeated``.
    static let names: [(name: String, indexing: HPACKIndexing)] =
        [
            ":authority", ":method", ":protocol", ":scheme", ":status", "accept",
            "accept-encoding", "accept-language", "accept-ranges", "access-control-allow-origin",
            "access-control-allow-credentials", "access-control-allow-headers",
            "access-control-allow-methods", "allow", "cache-control", "content-encoding",
            "content-security-policy", "content-type", "cross-origin-opener-policy",
            "cross-origin-resource-policy", "grpc-accept-encoding", "grpc-encoding", "grpc-status",
            "permissions-policy", "referrer-policy", "server", "strict-transport-security", "te",
            "user-agent", "vary", "x-content-type-options", "x-frame-options",
        ].map { ($0, .always) }
        + [
            "age", "content-length", "content-range", "etag", "expires", "grpc-message",
            "grpc-status-details-bin", "grpc-timeout", "if-match", "if-modified-since",
            "if-none-match", "if-range", "if-unmodified-since", "last-modified", "location",
            "range", "ratelimit", "retry-after", "traceparent", "x-request-id",
        ].map { ($0, .not) }
        + [
            "authorization", "cookie", "proxy-authorization", "set-cookie", "x-api-key",
            "x-auth-token", "x-csrf-token", "x-xsrf-token",
        ].map { ($0, .never) }
}
