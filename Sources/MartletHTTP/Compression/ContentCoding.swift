/// A content coding that zlib makes and reads (RFC 9110 §8.4.1).
package enum ContentCoding: String, Sendable, CaseIterable {
    /// The format of RFC 1952.
    case gzip
    /// The zlib format of RFC 1950; what some servers send as `deflate` is bare RFC 1951, which
    /// ``Inflater`` reads too.
    case deflate

    /// The coding of a `Content-Encoding` token, in any case; `x-gzip` is gzip.
    package init?(token: some StringProtocol) {
        switch token.lowercased() {
        case "gzip", "x-gzip": self = .gzip
        case "deflate": self = .deflate
        default: return nil
        }
    }
}
