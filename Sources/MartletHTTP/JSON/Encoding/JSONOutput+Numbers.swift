extension JSONOutput {
    /// Writes a whole number.
    @inline(__always)
    mutating func append(integer value: some FixedWidthInteger) {
        if value is any Wide {
            append(plain: String(value))
        } else {
            append(magnitude: UInt64(truncatingIfNeeded: value.magnitude), isNegative: value < 0)
        }
    }

    private mutating func append(magnitude: UInt64, isNegative: Bool) {
        if isNegative { append(UInt8(ascii: "-")) }
        let length = Self.digits(of: magnitude)
        let target = room(length)
        var rest = magnitude
        var position = length
        while rest >= 10 {
            position &-= 1
            let (quotient, digit) = rest.quotientAndRemainder(dividingBy: 10)
            target.storeBytes(
                of: 0x30 &+ UInt8(truncatingIfNeeded: digit),
                toByteOffset: position,
                as: UInt8.self
            )
            rest = quotient
        }
        target.storeBytes(of: 0x30 &+ UInt8(truncatingIfNeeded: rest), as: UInt8.self)
        advance(length)
    }

    private static func digits(of value: UInt64) -> Int {
        var bound: UInt64 = 10
        var count = 1
        while count < 20, value >= bound {
            count &+= 1
            bound = bound &* 10
        }
        return count
    }

    /// Writes a finite number with the fewest digits that read back as the same one; a whole
    /// number without its `.0`.
    mutating func append(finite value: some BinaryFloatingPoint & CustomStringConvertible) {
        assert(value.isFinite, "the caller refuses what JSON cannot write")
        var text = value.description
        if text.hasSuffix(".0") { text.removeLast(2) }
        append(plain: text)
    }

    /// Writes characters that need no escape.
    private mutating func append(plain text: String) {
        var text = text
        text.withUTF8 { bytes in
            guard let start = bytes.baseAddress else { return }
            room(bytes.count).copyMemory(from: start, byteCount: bytes.count)
            advance(bytes.count)
        }
    }
}

/// A whole number of more than 64 bits.
private protocol Wide {}
extension Int128: Wide {}
extension UInt128: Wide {}
