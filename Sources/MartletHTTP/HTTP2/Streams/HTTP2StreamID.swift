/// The number of a stream: 31 bits, odd for a client's; 0 is the connection (RFC 9113 §5.1.1).
package struct HTTP2StreamID: RawRepresentable, Hashable, Comparable, Sendable {
    package let rawValue: UInt32

    package init(rawValue: UInt32) {
        self.rawValue = rawValue & 0x7FFF_FFFF
    }

    /// The connection itself.
    package static let connection = HTTP2StreamID(rawValue: 0)
    /// The first of a client; also the one that an upgrade from HTTP/1.1 makes.
    package static let first = HTTP2StreamID(rawValue: 1)
    /// The last there can be, and what a first GOAWAY of a graceful end names.
    package static let last = HTTP2StreamID(rawValue: 0x7FFF_FFFF)

    /// Whether a client opened it.
    var isClients: Bool { rawValue & 1 == 1 }

    package static func < (left: HTTP2StreamID, right: HTTP2StreamID) -> Bool {
        left.rawValue < right.rawValue
    }
}

extension HTTP2StreamID: CustomStringConvertible {
    package var description: String { String(rawValue) }
}
