/// What a peer did wrong, and what ends because of it.
package struct HTTP2Error: Error, Hashable, Sendable {
    /// The code that RST_STREAM or GOAWAY carries.
    package let code: HTTP2ErrorCode
    /// The stream that ends; nil when it is the connection.
    package let stream: HTTP2StreamID?
    /// What is wrong, as a sentence.
    package let reason: String
    /// The defence that struck, for a metric; nil for an ordinary violation.
    package let defence: HTTP2Defence?

    /// An error that ends the connection.
    package static func connection(
        _ code: HTTP2ErrorCode,
        _ reason: String,
        defence: HTTP2Defence? = nil
    ) -> HTTP2Error {
        HTTP2Error(code: code, stream: nil, reason: reason, defence: defence)
    }

    /// An error that ends one stream.
    package static func stream(
        _ stream: HTTP2StreamID,
        _ code: HTTP2ErrorCode,
        _ reason: String,
        defence: HTTP2Defence? = nil
    ) -> HTTP2Error {
        HTTP2Error(code: code, stream: stream, reason: reason, defence: defence)
    }
}

extension HTTP2Error: CustomStringConvertible {
    package var description: String {
        "\(code)\(stream.map { " on stream \($0)" } ?? ""): \(reason)"
    }
}
