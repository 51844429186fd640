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

    /// Whether bytes begin with a line that is not a request line of HTTP/1 gone wrong either: it
    /// has three parts, of which neither the second nor the third is one.
    ///
    /// Looks at the line only as far as it must, which is at its second part.
    package static func isNoRequestLine(_ buffer: ByteBuffer) -> Bool {
        let view = buffer.readableBytesView
        guard let space = view.prefix(32).firstIndex(of: 0x20), space + 1 < view.endIndex,
            view[space + 1] != UInt8(ascii: "/")
        else { return false }
        guard let end = view.firstIndex(of: 0x0A) else { return false }
        let parts = view[..<end].split(separator: 0x20, omittingEmptySubsequences: false)
        guard parts.count == 3, parts[1].allSatisfy({ ASCII.lowercased($0) &- 0x61 < 26 }) else {
            return false
        }
        return !parts[2].starts(with: "HTTP/".utf8)
    }
}
