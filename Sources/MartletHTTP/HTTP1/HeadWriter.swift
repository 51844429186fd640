package import NIOCore

/// Writes the head of a message into memory that has room for it, in one go.
///
/// Every write is checked against the room that is left; whoever asks for the room computes it from
/// the parts, for which there is ``size(of:)``.
package struct HeadWriter: ~Copyable {
    // Sound because the writer cannot outlive the memory that it was lent.
    private var next: UnsafeMutableRawPointer
    private var room: Int

    /// Calls `body` with a writer of up to `size` bytes at the end of `out`.
    package static func write(
        atMost size: Int,
        into out: inout ByteBuffer,
        _ body: (inout HeadWriter) -> Void
    ) {
        out.writeWithUnsafeMutableBytes(minimumWritableBytes: size) { memory in
            guard let start = memory.baseAddress else { return 0 }
            var writer = HeadWriter(start, room: size)
            body(&writer)
            return size - writer.room
        }
    }

    private init(_ start: UnsafeMutableRawPointer, room: Int) {
        next = start
        self.room = room
    }

    @inline(__always)
    package mutating func write(_ bytes: UnsafeRawBufferPointer) {
        guard let source = bytes.baseAddress else { return }
        precondition(bytes.count <= room, "The room of a head was computed from its parts.")
        next.copyMemory(from: source, byteCount: bytes.count)
        next += bytes.count
        room -= bytes.count
    }

    @inline(__always)
    package mutating func write(_ text: StaticString) {
        // Sound because a static string's bytes live as long as the process.
        write(UnsafeRawBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
    }

    package mutating func write(_ text: String) {
        var text = text
        text.withUTF8 { write(UnsafeRawBufferPointer($0)) }
    }

    mutating func write(_ bytes: ByteBuffer) {
        bytes.withUnsafeReadableBytes { write($0) }
    }

    /// Writes a number in decimal digits.
    mutating func writeDecimal(_ number: Int) {
        assert(number >= 0, "Lengths and status codes are not negative.")
        var digits = InlineArray<20, UInt8>(repeating: 0)
        var start = 20
        var rest = number
        repeat {
            start -= 1
            digits[start] = UInt8(ascii: "0") + UInt8(rest % 10)
            rest /= 10
        } while rest > 0
        for index in start..<20 {
            writeByte(digits[index])
        }
    }

    @inline(__always)
    package mutating func writeByte(_ byte: UInt8) {
        precondition(room > 0, "The room of a head was computed from its parts.")
        next.storeBytes(of: byte, as: UInt8.self)
        next += 1
        room -= 1
    }
}
