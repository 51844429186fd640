extension JSONText {
    /// Like ``plainPrefix(_:from:)``, but it stops at bytes beyond ASCII too.
    @inline(__always)
    static func plainASCIIPrefix(_ bytes: UnsafeRawBufferPointer, from start: Int) -> Int {
        let lows: UInt64 = 0x0101_0101_0101_0101
        let highs: UInt64 = 0x8080_8080_8080_8080
        var index = start
        while index &+ 8 <= bytes.count {
            let word = bytes.loadUnaligned(fromByteOffset: index, as: UInt64.self)
            let quote = word ^ (lows &* 0x22)
            let solidus = word ^ (lows &* 0x5C)
            let special =
                (word | (word &- (lows &* 0x20)) | (quote &- lows) | (solidus &- lows)) & highs
            // Above the first true bit a borrow may have set others; the lowest is exact.
            if special != 0 {
                return index &+ (UInt64(littleEndian: special).trailingZeroBitCount &>> 3)
            }
            index &+= 8
        }
        while index < bytes.count, bytes[index] < 0x80, !needsEscape(bytes[index]) {
            index &+= 1
        }
        return index
    }

    /// The length of the well-formed UTF-8 sequence of more than one byte at `index`; 0 when it is
    /// not one (Unicode 16, table 3-7).
    static func sequenceLength(_ bytes: UnsafeRawBufferPointer, at index: Int) -> Int {
        let length: Int
        var second: ClosedRange<UInt8> = 0x80...0xBF
        switch bytes[index] {
        case 0xC2...0xDF: length = 2
        case 0xE0:
            length = 3
            second = 0xA0...0xBF
        case 0xED:
            length = 3
            second = 0x80...0x9F
        case 0xE1...0xEF: length = 3
        case 0xF0:
            length = 4
            second = 0x90...0xBF
        case 0xF1...0xF3: length = 4
        case 0xF4:
            length = 4
            second = 0x80...0x8F
        default: return 0
        }
        guard index &+ length <= bytes.count, second.contains(bytes[index &+ 1]) else { return 0 }
        for offset in 2..<max(length, 2) where bytes[index &+ offset] & 0xC0 != 0x80 {
            return 0
        }
        return length
    }

    /// Whether two texts have the same bytes.
    @inline(__always)
    static func areEqual(_ left: UnsafeRawBufferPointer, _ right: UnsafeRawBufferPointer) -> Bool {
        let count = left.count
        guard count == right.count else { return false }
        var index = 0
        while index &+ 8 <= count {
            let word = left.loadUnaligned(fromByteOffset: index, as: UInt64.self)
            guard word == right.loadUnaligned(fromByteOffset: index, as: UInt64.self) else {
                return false
            }
            index &+= 8
        }
        while index < count {
            guard left[index] == right[index] else { return false }
            index &+= 1
        }
        return true
    }

    /// Eight bits that differ for most pairs of names.
    @inline(__always)
    static func fingerprint(_ bytes: UnsafeRawBufferPointer) -> UInt64 {
        let count = bytes.count
        var hash = UInt64(truncatingIfNeeded: count)
        if count >= 8 {
            let first = bytes.loadUnaligned(as: UInt64.self)
            let last = bytes.loadUnaligned(fromByteOffset: count &- 8, as: UInt64.self)
            hash ^= first ^ (last &<< 7 | last &>> 57)
        } else {
            for byte in bytes { hash = hash &<< 8 | UInt64(byte) }
        }
        // The multiplier is 2^64 divided by the golden ratio, which spreads into the high bits.
        return hash &* 0x9E37_79B9_7F4A_7C15 &>> 56
    }

    /// The value of four hexadecimal digits.
    static func hexadecimal(_ bytes: UnsafeRawBufferPointer, at index: Int) -> UInt32? {
        guard index &+ 4 <= bytes.count else { return nil }
        var value: UInt32 = 0
        for offset in 0..<4 {
            guard let digit = PercentCoding.hexValue(bytes[index &+ offset]) else { return nil }
            value = value << 4 | UInt32(digit)
        }
        return value
    }

    /// The string that checked bytes with escapes stand for.
    static func unescape(_ bytes: UnsafeRawBufferPointer) -> String {
        // What is decoded is never longer than its escapes.
        String(unsafeUninitializedCapacity: bytes.count) { output in
            var read = 0
            var written = 0
            while read < bytes.count {
                guard bytes[read] == UInt8(ascii: "\\") else {
                    output[written] = bytes[read]
                    read &+= 1
                    written &+= 1
                    continue
                }
                read &+= 1
                switch bytes[read] {
                case UInt8(ascii: "b"): output[written] = 0x08
                case UInt8(ascii: "f"): output[written] = 0x0C
                case UInt8(ascii: "n"): output[written] = 0x0A
                case UInt8(ascii: "r"): output[written] = 0x0D
                case UInt8(ascii: "t"): output[written] = 0x09
                case UInt8(ascii: "u"):
                    let (scalar, length) = scalar(bytes, at: read &+ 1)
                    read &+= length &+ 1
                    for byte in String(Character(scalar)).utf8 {
                        output[written] = byte
                        written &+= 1
                    }
                    continue
                case let byte: output[written] = byte
                }
                read &+= 1
                written &+= 1
            }
            return written
        }
    }

    /// The scalar of checked hexadecimal digits, with the other half of a pair, and their length.
    private static func scalar(
        _ bytes: UnsafeRawBufferPointer,
        at index: Int
    ) -> (scalar: Unicode.Scalar, length: Int) {
        let unit = hexadecimal(bytes, at: index) ?? 0xFFFD
        guard unit & 0xFC00 == 0xD800 else {
            return (Unicode.Scalar(unit) ?? "\u{FFFD}", 4)
        }
        let low = hexadecimal(bytes, at: index &+ 6) ?? 0xDC00
        let value = 0x1_0000 + (unit & 0x3FF) << 10 + (low & 0x3FF)
        return (Unicode.Scalar(value) ?? "\u{FFFD}", 10)
    }
}
