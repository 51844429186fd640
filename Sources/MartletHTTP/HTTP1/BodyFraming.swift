/// How the end of a message's content is known (RFC 9112 §6.3).
package enum BodyFraming: Hashable, Sendable {
    /// There is no content.
    case none
    /// As many bytes as `Content-Length` says; more than 0.
    case length(Int)
    /// Chunks (RFC 9112 §7.1).
    case chunked
    /// Everything until the connection closes; responses only.
    case untilClose
}
