package import NIOCore

/// JSON's string syntax on raw bytes (RFC 8259 §7).
enum JSONText {
    /// The most bytes that one byte of a string can become: `\u0000`.
    static let longestEscape = 6

    /// The number of bytes at the start of `bytes` that stand for themselves inside a string: no
    /// control character, quotation mark or reverse solidus.
    ///
    /// Eight bytes are looked at in one step: each mask has the high bit of every byte that is
    /// below 0x20, or equal to `"` or `\`. A borrow may set a bit above the first true one, never
    /// below it, so the lowest bit is exact.
    @inline(__always)
    static func plainPrefix(_ bytes: UnsafeRawBufferPointer, from start: Int) -> Int {
        let lows: UInt64 = 0x0101_0101_0101_0101
        let highs: UInt64 = 0x8080_8080_8080_8080
        var index = start
        while index &+ 8 <= bytes.count {
            let word = bytes.loadUnaligned(fromByteOffset: index, as: UInt64.self)
            let quote = word ^ (lows &* 0x22)
            let solidus = word ^ (lows &* 0x5C)
            let control = (word &- (lows &* 0x20)) & ~word
            let special =
                (control | ((quote &- lows) & ~quote) | ((solidus &- lows) & ~solidus)) & highs
            if special != 0 {
                return index &+ (UInt64(littleEndian: special).trailingZeroBitCount &>> 3)
            }
            index &+= 8
        }
        while index < bytes.count, !needsEscape(bytes[index]) {
            index &+= 1
        }
        return index
    }

    @inline(__always)
    static func needsEscape(_ byte: UInt8) -> Bool {
        byte < 0x20 || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\")
    }

    /// Writes `text` escaped, without its quotation marks, and returns the number of bytes written.
    ///
    /// `output` has room for ``longestEscape`` times the bytes of `text`.
    @inline(__always)
    static func escape(_ text: UnsafeRawBufferPointer, into output: UnsafeMutableRawPointer) -> Int
    {
        guard let base = text.baseAddress else { return 0 }
        var read = 0
        var written = 0
        while true {
            let plain = plainPrefix(text, from: read)
            (output + written).copyMemory(from: base + read, byteCount: plain &- read)
            written &+= plain &- read
            guard plain < text.count else { return written }
            written &+= escape(text[plain], into: output + written)
            read = plain &+ 1
        }
    }

    /// Why a number is refused.
    static func notFinite(_ value: some Encodable) -> String {
        "\(value) is not a number that JSON can say"
    }

    /// Writes the escape of one byte and returns its length.
    private static func escape(_ byte: UInt8, into output: UnsafeMutableRawPointer) -> Int {
        let letter: UInt8
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"): letter = byte
        case 0x08: letter = UInt8(ascii: "b")
        case 0x09: letter = UInt8(ascii: "t")
        case 0x0A: letter = UInt8(ascii: "n")
        case 0x0C: letter = UInt8(ascii: "f")
        case 0x0D: letter = UInt8(ascii: "r")
        default:
            let low = byte & 0x0F
            // The bytes of `\u00` as they lie in memory.
            output.storeBytes(of: UInt32(littleEndian: 0x3030_755C), as: UInt32.self)
            output.storeBytes(of: 0x30 &+ byte &>> 4, toByteOffset: 4, as: UInt8.self)
            output.storeBytes(
                of: low < 10 ? 0x30 &+ low : 0x57 &+ low,
                toByteOffset: 5,
                as: UInt8.self
            )
            return 6
        }
        output.storeBytes(of: UInt8(ascii: "\\"), as: UInt8.self)
        output.storeBytes(of: letter, toByteOffset: 1, as: UInt8.self)
        return 2
    }
}

extension ByteBuffer {
    /// Writes a string in JSON's syntax, with its quotation marks.
    package mutating func writeJSONString(_ string: String) {
        var string = string
        string.withUTF8 { text in
            let most = text.count * JSONText.longestEscape + 2
            // Sound: the buffer guarantees `most` writable bytes, which is the worst case.
            writeWithUnsafeMutableBytes(minimumWritableBytes: most) { output in
                guard let base = output.baseAddress else { return 0 }
                base.storeBytes(of: UInt8(ascii: "\""), as: UInt8.self)
                let length = JSONText.escape(UnsafeRawBufferPointer(text), into: base + 1)
                base.storeBytes(of: UInt8(ascii: "\""), toByteOffset: length + 1, as: UInt8.self)
                return length + 2
            }
        }
    }
}
