package import NIOCore

/// What a client's side of a connection begins with (RFC 9113 §3.4).
package enum HTTP2Preface {
    package static let bytes = Array("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".utf8)

    /// Whether bytes begin with the preface.
    package enum Match: Sendable {
        /// They do.
        case whole
        /// They do as far as they go.
        case partial
        /// They are something else.
        case different
    }

    /// Compares what is readable in `buffer` with the preface, and reads nothing.
    package static func match(_ buffer: ByteBuffer) -> Match {
        let count = min(buffer.readableBytes, bytes.count)
        guard buffer.readableBytesView.prefix(count).elementsEqual(bytes[..<count]) else {
            return .different
        }
        return count == bytes.count ? .whole : .partial
    }
}
