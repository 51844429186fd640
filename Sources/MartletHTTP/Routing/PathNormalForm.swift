/// The normal form in which paths and patterns compare (RFC 3986 §6.2.2): percent-encoded
/// unreserved characters decoded, hexadecimal digits in upper case, all else as it is.
enum PathNormalForm {
    /// The bytes of a pattern's literal in normal form; what may not stand in a path is encoded.
    ///
    /// Nil when a `%` is not followed by two hexadecimal digits.
    static func encode(_ text: Substring) -> [UInt8]? {
        let raw = Array(text.utf8)
        var bytes: [UInt8] = []
        bytes.reserveCapacity(raw.count)
        var position = 0
        while position < raw.count {
            let byte = raw[position]
            if byte == UInt8(ascii: "%") {
                guard isEncodedOctet(raw.span, at: position, end: raw.count) else { return nil }
                let (first, width) = self.byte(raw.span, at: position)
                bytes.append(first)
                if width == 1 {
                    bytes.append(self.byte(raw.span, at: position + 1).0)
                    bytes.append(self.byte(raw.span, at: position + 2).0)
                }
                position += 3
            } else {
                if isPathByte(byte) {
                    bytes.append(byte)
                } else {
                    bytes += [UInt8(ascii: "%"), hexDigit(byte >> 4), hexDigit(byte & 0x0F)]
                }
                position += 1
            }
        }
        return bytes
    }

    /// The byte of the normal form at a position of a raw path, and how many raw bytes it stands
    /// for.
    ///
    /// Every `%` of the path must be followed by two hexadecimal digits.
    @inline(__always)
    static func byte(_ raw: borrowing Span<UInt8>, at position: Int) -> (UInt8, width: Int) {
        let byte = raw[position]
        if byte == UInt8(ascii: "%") {
            let octet = octet(raw, at: position)
            return isUnreserved(octet) ? (octet, 3) : (byte, 1)
        }
        let isLowercaseLetter = byte &- UInt8(ascii: "a") < 26
        if isLowercaseLetter, isInsideEncodedOctet(raw, at: position) {
            return (byte & 0xDF, 1)
        }
        return (byte, 1)
    }

    /// Whether the `%` at `position` is followed by two hexadecimal digits.
    static func isEncodedOctet(
        _ raw: borrowing Span<UInt8>,
        at position: Int,
        end: Int
    ) -> Bool {
        position + 2 < end
            && PercentCoding.hexValue(raw[position + 1]) != nil
            && PercentCoding.hexValue(raw[position + 2]) != nil
    }

    /// Whether the segment that begins at `position` is `.` or `..`, encoded or not.
    static func isDotSegment(_ raw: borrowing Span<UInt8>, at start: Int) -> Bool {
        var position = start
        var dots = 0
        while position < raw.count {
            let byte = raw[position]
            if byte == UInt8(ascii: ".") {
                position += 1
            } else if byte == UInt8(ascii: "%"),
                isEncodedOctet(raw, at: position, end: raw.count),
                octet(raw, at: position) == UInt8(ascii: ".")
            {
                position += 3
            } else {
                return dots > 0 && (byte == UInt8(ascii: "/") || byte == UInt8(ascii: "?"))
            }
            dots += 1
            if dots > 2 { return false }
        }
        return dots > 0
    }

    private static func octet(_ raw: borrowing Span<UInt8>, at position: Int) -> UInt8 {
        let high = PercentCoding.hexValue(raw[position + 1]) ?? 0
        let low = PercentCoding.hexValue(raw[position + 2]) ?? 0
        return high << 4 | low
    }

    private static func isInsideEncodedOctet(
        _ raw: borrowing Span<UInt8>,
        at position: Int
    ) -> Bool {
        (position >= 1 && raw[position - 1] == UInt8(ascii: "%"))
            || (position >= 2 && raw[position - 2] == UInt8(ascii: "%"))
    }

    private static func isUnreserved(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "-"), UInt8(ascii: "."),
            UInt8(ascii: "_"), UInt8(ascii: "~"):
            true
        default:
            false
        }
    }

    /// Whether the byte may stand in a segment as it is: RFC 3986's `pchar`.
    private static func isPathByte(_ byte: UInt8) -> Bool {
        isUnreserved(byte) || "!$&'()*+,;=:@".utf8.contains(byte)
    }

    private static func hexDigit(_ value: UInt8) -> UInt8 {
        value < 10 ? UInt8(ascii: "0") + value : UInt8(ascii: "A") + value - 10
    }
}
