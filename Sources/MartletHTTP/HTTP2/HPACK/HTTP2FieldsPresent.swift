/// Which fields a message's own headers said something of.
package struct HTTP2FieldsPresent: OptionSet, Sendable {
    package let rawValue: UInt8

    package init(rawValue: UInt8) {
        self.rawValue = rawValue
    }

    /// `Date`.
    package static let date = HTTP2FieldsPresent(rawValue: 1)
    /// `Server`.
    package static let server = HTTP2FieldsPresent(rawValue: 2)
    /// `User-Agent`.
    package static let userAgent = HTTP2FieldsPresent(rawValue: 4)
    /// `TE: trailers`.
    package static let te = HTTP2FieldsPresent(rawValue: 8)
    /// `Content-Length`, which was left out.
    package static let contentLength = HTTP2FieldsPresent(rawValue: 16)
    /// `Content-Type`.
    package static let contentType = HTTP2FieldsPresent(rawValue: 32)
}
