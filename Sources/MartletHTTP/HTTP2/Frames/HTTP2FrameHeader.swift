package import NIOCore

/// The 9 bytes before every frame (RFC 9113 §4.1).
package struct HTTP2FrameHeader: Hashable, Sendable {
    /// How many bytes a header has.
    package static let size = 9

    /// How many bytes follow.
    package let length: Int
    package let type: HTTP2FrameType
    package let flags: HTTP2FrameFlags
    package let stream: HTTP2StreamID

    package init(
        length: Int,
        type: HTTP2FrameType,
        flags: HTTP2FrameFlags = [],
        stream: HTTP2StreamID = .connection
    ) {
        self.length = length
        self.type = type
        self.flags = flags
        self.stream = stream
    }

    /// The header at the reader index; nil when it is not all here.
    @inline(__always)
    package init?(_ buffer: ByteBuffer) {
        let start = buffer.readerIndex
        guard let low = buffer.getInteger(at: start + 5, as: UInt32.self),
            let high = buffer.getInteger(at: start, as: UInt32.self),
            let flags = buffer.getInteger(at: start + 4, as: UInt8.self)
        else { return nil }
        length = Int(high >> 8)
        type = HTTP2FrameType(rawValue: UInt8(truncatingIfNeeded: high))
        self.flags = HTTP2FrameFlags(rawValue: flags)
        stream = HTTP2StreamID(rawValue: low)
    }

    /// Writes the header.
    @inline(__always)
    package func write(to buffer: inout ByteBuffer) {
        buffer.writeMultipleIntegers(
            UInt32(truncatingIfNeeded: length) << 8 | UInt32(type.rawValue),
            flags.rawValue,
            stream.rawValue
        )
    }

    /// Writes the header where room was left for it.
    @inline(__always)
    func set(at index: Int, in buffer: inout ByteBuffer) {
        let first = UInt32(truncatingIfNeeded: length) << 8 | UInt32(type.rawValue)
        buffer.setInteger(first, at: index)
        buffer.setInteger(flags.rawValue, at: index + 4)
        buffer.setInteger(stream.rawValue, at: index + 5)
    }
}
