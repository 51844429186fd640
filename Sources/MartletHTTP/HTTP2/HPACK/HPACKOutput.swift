import NIOCore

/// Writes representations into memory that has room for them (RFC 7541 §5, §6).
struct HPACKOutput: ~Copyable {
    /// The most bytes of a field beyond its name and its value, and of the size updates of a block.
    static let overhead = 40

    // Sound because the output cannot outlive the memory that it was lent.
    private let memory: UnsafeMutableRawBufferPointer
    private(set) var count = 0

    /// Calls `body` with an output of up to `size` bytes at the end of `out`.
    static func write(
        atMost size: Int,
        into out: inout ByteBuffer,
        _ body: (inout HPACKOutput) -> Void
    ) {
        out.writeWithUnsafeMutableBytes(minimumWritableBytes: size) { memory in
            var output = HPACKOutput(memory)
            body(&output)
            return output.count
        }
    }

    private init(_ memory: UnsafeMutableRawBufferPointer) {
        self.memory = memory
    }

    /// Makes sure of the room for a field; what is written behind is not checked again.
    @inline(__always)
    func checkRoom(name: Int, value: Int) {
        precondition(
            memory.count - count >= name + value + Self.overhead,
            "The room of a block was computed from its fields."
        )
    }

    /// Writes an integer behind the bits `pattern` (RFC 7541 §5.1).
    @inline(__always)
    mutating func writeInteger(_ value: Int, pattern: UInt8, prefixBits: UInt8) {
        let mask = (1 << Int(prefixBits)) - 1
        if value < mask {
            writeByte(pattern | UInt8(truncatingIfNeeded: value))
        } else {
            writeByte(pattern | UInt8(truncatingIfNeeded: mask))
            var rest = value - mask
            while rest >= 0x80 {
                writeByte(UInt8(truncatingIfNeeded: rest) | 0x80)
                rest >>= 7
            }
            writeByte(UInt8(truncatingIfNeeded: rest))
        }
    }

    /// Writes a string literal (RFC 7541 §5.2), Huffman-coded where that is shorter.
    @inline(__always)
    mutating func writeString(_ string: UnsafeRawBufferPointer, _ huffman: HuffmanEncoder?) {
        if let huffman {
            let coded = huffman.count(string)
            if coded < string.count {
                writeInteger(coded, pattern: 0x80, prefixBits: 7)
                huffman.encode(string, into: take(coded))
                return
            }
        }
        writeInteger(string.count, pattern: 0, prefixBits: 7)
        take(string.count).copyMemory(from: string)
    }

    private mutating func take(_ size: Int) -> UnsafeMutableRawBufferPointer {
        defer { count += size }
        return UnsafeMutableRawBufferPointer(rebasing: memory[count..<count + size])
    }

    @inline(__always)
    private mutating func writeByte(_ byte: UInt8) {
        memory[count] = byte
        count += 1
    }
}
