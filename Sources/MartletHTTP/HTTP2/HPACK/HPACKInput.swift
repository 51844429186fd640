/// A cursor over the bytes of a header block.
struct HPACKInput {
    // Sound because the cursor lives only inside the call that lends the bytes.
    private let bytes: UnsafeRawBufferPointer
    private var offset = 0

    /// A string literal as it came (RFC 7541 §5.2).
    struct StringLiteral {
        // Sound because the literal lives no longer than the cursor that it came from.
        let bytes: UnsafeRawBufferPointer
        let isHuffman: Bool

        /// The most bytes that it can have when it is decoded; no code is shorter than 5 bits.
        var bound: Int { isHuffman ? bytes.count * 8 / 5 : bytes.count }
    }

    init(_ bytes: UnsafeRawBufferPointer) {
        self.bytes = bytes
    }

    var isAtEnd: Bool { offset == bytes.count }

    /// The next byte.
    @inline(__always)
    mutating func readByte() throws(HPACKError) -> UInt8 {
        guard offset < bytes.count else {
            throw HPACKError("The header block ends within a field.")
        }
        defer { offset += 1 }
        return bytes[offset]
    }

    /// Reads the rest of an integer whose first byte is `first` (RFC 7541 §5.1).
    ///
    /// No integer of a header block can sensibly be 2^28 or more, so that four bytes behind the
    /// prefix are all that is read, also when they are zeros.
    @inline(__always)
    mutating func readInteger(_ first: UInt8, prefixBits: UInt8) throws(HPACKError) -> Int {
        let mask = UInt8(truncatingIfNeeded: (1 << UInt16(prefixBits)) - 1)
        let prefix = first & mask
        return prefix < mask ? Int(prefix) : try readLongInteger(Int(mask))
    }

    private mutating func readLongInteger(_ prefix: Int) throws(HPACKError) -> Int {
        var value = 0
        for shift in stride(from: 0, through: 21, by: 7) {
            let byte = try readByte()
            value |= Int(byte & 0x7F) << shift
            if byte & 0x80 == 0 { return prefix + value }
        }
        throw HPACKError("An integer is too large.")
    }

    /// Reads a string literal, and leaves it coded.
    @inline(__always)
    mutating func readString() throws(HPACKError) -> StringLiteral {
        let first = try readByte()
        let count = try readInteger(first, prefixBits: 7)
        guard count <= bytes.count - offset else {
            throw HPACKError("A string is longer than the rest of the header block.")
        }
        defer { offset += count }
        return StringLiteral(
            bytes: UnsafeRawBufferPointer(rebasing: bytes[offset..<offset + count]),
            isHuffman: first & 0x80 != 0
        )
    }
}
