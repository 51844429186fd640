/// Reads the text of a number that the parser has checked.
struct JSONNumber {
    let bytes: UnsafeRawBufferPointer

    /// The number as an integer: exact, or nil when it has a fraction or does not fit.
    ///
    /// `1.0`, `1e2` and `120e-1` are integers too.
    func integer<Value: FixedWidthInteger>(isFractional: Bool) -> Value? {
        if isFractional { return exactInteger() }
        let isNegative = bytes[0] == UInt8(ascii: "-")
        var value: Value = 0
        for byte in bytes.dropFirst(isNegative ? 1 : 0) {
            guard append(byte &- 0x30, to: &value, isNegative: isNegative) else { return nil }
        }
        return value
    }

    @inline(__always)
    private func append<Value: FixedWidthInteger>(
        _ digit: UInt8,
        to value: inout Value,
        isNegative: Bool
    ) -> Bool {
        let (shifted, first) = value.multipliedReportingOverflow(by: 10)
        let digit = Value(truncatingIfNeeded: digit)
        let (sum, second) =
            isNegative
            ? shifted.subtractingReportingOverflow(digit) : shifted.addingReportingOverflow(digit)
        value = sum
        return !first && !second
    }

    /// An integer written with a fraction or an exponent.
    private func exactInteger<Value: FixedWidthInteger>() -> Value? {
        let parts = decimal()
        guard !parts.digits.isEmpty else { return 0 }
        guard parts.exponent >= 0, parts.digits.count + parts.exponent <= 40 else { return nil }
        var value: Value = 0
        for digit in parts.digits + Array(repeating: 0, count: parts.exponent) {
            guard append(digit, to: &value, isNegative: parts.isNegative) else { return nil }
        }
        return value
    }

    /// The number as digits without zeros at either end, and the power of ten of the last one.
    private func decimal() -> (digits: [UInt8], exponent: Int, isNegative: Bool) {
        var digits: [UInt8] = []
        var exponent = 0
        var isInFraction = false
        var index = bytes[0] == UInt8(ascii: "-") ? 1 : 0
        while index < bytes.count {
            let byte = bytes[index]
            if byte == UInt8(ascii: ".") {
                isInFraction = true
            } else if ASCII.isDigit(byte) {
                if !digits.isEmpty || byte != 0x30 { digits.append(byte - 0x30) }
                if isInFraction { exponent -= 1 }
            } else {
                exponent += writtenExponent(from: index + 1)
                break
            }
            index += 1
        }
        while digits.last == 0 {
            digits.removeLast()
            exponent += 1
        }
        return (digits, exponent, bytes[0] == UInt8(ascii: "-"))
    }

    /// The exponent after its letter, clamped to what no document's digits can make up for.
    private func writtenExponent(from start: Int) -> Int {
        var value = 0
        var isNegative = false
        for byte in bytes.dropFirst(start) {
            if byte == UInt8(ascii: "-") { isNegative = true }
            guard ASCII.isDigit(byte) else { continue }
            value = min(value * 10 + Int(byte - 0x30), 1 << 40)
        }
        return isNegative ? -value : value
    }

    /// The nearest `Double`, or nil when it is beyond the largest.
    func double() -> Double? {
        if let (mantissa, exponent) = small(digits: 15), abs(exponent) <= 22 {
            // Both are exact, so that one division or multiplication rounds once.
            let power = Self.powers[abs(exponent)]
            let value = Double(mantissa)
            let magnitude = exponent < 0 ? value / power : value * power
            return bytes[0] == UInt8(ascii: "-") ? -magnitude : magnitude
        }
        return Double(text).flatMap { $0.isFinite ? $0 : nil }
    }

    /// The nearest `Float`, or nil when it is beyond the largest.
    func float() -> Float? {
        Float(text).flatMap { $0.isFinite ? $0 : nil }
    }

    private var text: String { String(decoding: bytes, as: UTF8.self) }

    /// The number as a whole number of at most `digits` digits times a power of ten.
    private func small(digits: Int) -> (mantissa: UInt64, exponent: Int)? {
        var mantissa: UInt64 = 0
        var count = 0
        var exponent = 0
        var isInFraction = false
        var index = bytes[0] == UInt8(ascii: "-") ? 1 : 0
        while index < bytes.count {
            let byte = bytes[index]
            if ASCII.isDigit(byte) {
                count &+= 1
                guard count <= digits else { return nil }
                mantissa = mantissa &* 10 &+ UInt64(byte &- 0x30)
                if isInFraction { exponent &-= 1 }
            } else if byte == UInt8(ascii: ".") {
                isInFraction = true
            } else {
                return (mantissa, exponent + writtenExponent(from: index + 1))
            }
            index &+= 1
        }
        return (mantissa, exponent)
    }

    /// The powers of ten that a `Double` holds exactly.
    private static let powers: [Double] = [
        1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15,
        1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22,
    ]
}
