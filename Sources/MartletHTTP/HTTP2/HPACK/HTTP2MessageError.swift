/// A message that is malformed (RFC 9113 §8.1.1).
///
/// Always a stream error of type `PROTOCOL_ERROR`; the connection goes on.
package struct HTTP2MessageError: Error, Sendable, Hashable {
    /// What is wrong with the message.
    package let reason: String

    package init(_ reason: String) {
        self.reason = reason
    }
}

extension HTTP2MessageError: CustomStringConvertible {
    package var description: String { reason }
}

extension HTTP2Error {
    /// What a malformed message ends its stream with.
    package init(_ error: HTTP2MessageError, on stream: HTTP2StreamID) {
        self = .stream(stream, .protocolError, error.reason)
    }
}
