/// Why a stream or a connection ended (RFC 9113 §7).
///
/// A code that this list does not know is kept as it came; it is treated like `internalError`.
package struct HTTP2ErrorCode: RawRepresentable, Hashable, Sendable {
    package let rawValue: UInt32

    package init(rawValue: UInt32) {
        self.rawValue = rawValue
    }

    private init(_ rawValue: UInt32) {
        self.rawValue = rawValue
    }

    /// No error: a graceful end, or an answer that needs no more of the request.
    package static let noError = HTTP2ErrorCode(0x0)
    /// A violation that no other code names.
    package static let protocolError = HTTP2ErrorCode(0x1)
    /// The endpoint itself failed.
    package static let internalError = HTTP2ErrorCode(0x2)
    /// More was sent than a window allows, or a window grew too large.
    package static let flowControlError = HTTP2ErrorCode(0x3)
    /// Settings were not acknowledged in time.
    package static let settingsTimeout = HTTP2ErrorCode(0x4)
    /// A frame came for a stream that had ended.
    package static let streamClosed = HTTP2ErrorCode(0x5)
    /// A frame has a size that its type does not have, or is over the limit.
    package static let frameSizeError = HTTP2ErrorCode(0x6)
    /// Nothing of the stream was processed: it can be sent again.
    package static let refusedStream = HTTP2ErrorCode(0x7)
    /// The stream is no longer wanted.
    package static let cancel = HTTP2ErrorCode(0x8)
    /// The state of header compression cannot be kept.
    package static let compressionError = HTTP2ErrorCode(0x9)
    /// The connection that a CONNECT asked for was reset.
    package static let connectError = HTTP2ErrorCode(0xA)
    /// The peer's behaviour costs too much.
    package static let enhanceYourCalm = HTTP2ErrorCode(0xB)
    /// The transport is not secure enough.
    package static let inadequateSecurity = HTTP2ErrorCode(0xC)
    /// The request wants HTTP/1.1.
    package static let http11Required = HTTP2ErrorCode(0xD)

    private static let names = [
        "NO_ERROR", "PROTOCOL_ERROR", "INTERNAL_ERROR", "FLOW_CONTROL_ERROR", "SETTINGS_TIMEOUT",
        "STREAM_CLOSED", "FRAME_SIZE_ERROR", "REFUSED_STREAM", "CANCEL", "COMPRESSION_ERROR",
        "CONNECT_ERROR", "ENHANCE_YOUR_CALM", "INADEQUATE_SECURITY", "HTTP_1_1_REQUIRED",
    ]
}

extension HTTP2ErrorCode: CustomStringConvertible {
    package var description: String {
        rawValue < Self.names.count
            ? Self.names[Int(rawValue)] : "0x" + String(rawValue, radix: 16)
    }
}
