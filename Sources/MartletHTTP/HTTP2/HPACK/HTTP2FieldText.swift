/// The characters of fields, and the fields that HTTP/2 does not have (RFC 9113 §8.2).
enum HTTP2FieldText {
    /// Whether `name` is a token without an upper-case letter.
    @inline(__always)
    static func isValidName(_ name: UnsafeRawBufferPointer) -> Bool {
        var index = 0
        // Most names are letters and hyphens; they are looked at eight at a time.
        while index + 8 <= name.count {
            let bytes = name.loadUnaligned(fromByteOffset: index, as: SIMD8<UInt8>.self)
            let isPlain = (bytes &- 0x61) .< 26 .| bytes .== 0x2D
            guard all(isPlain) || isToken(name[index..<index + 8]) else { return false }
            index += 8
        }
        return isToken(name[index...]) && !name.isEmpty
    }

    @inline(__always)
    private static func isToken(_ bytes: Slice<UnsafeRawBufferPointer>) -> Bool {
        for byte in bytes where !ASCII.isLowercaseToken(byte) {
            return false
        }
        return true
    }

    /// Whether there is no control character but HTAB, and no blank at either end.
    @inline(__always)
    static func isValidValue(_ value: UnsafeRawBufferPointer) -> Bool {
        guard let first = value.first, let last = value.last else { return true }
        return !isBlank(first) && !isBlank(last) && FieldText.isValid(value, 0..<value.count)
    }

    @inline(__always)
    private static func isBlank(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x09 }

    /// Whether `name`, in lower case, is that of a field that speaks of an HTTP/1.1 connection;
    /// `te` is not among them (RFC 9113 §8.2.2).
    static func isConnectionSpecific(_ name: UnsafeRawBufferPointer) -> Bool {
        switch name.count {
        case 7: ASCII.isExactly(name, "upgrade")
        case 10: ASCII.isExactly(name, "connection") || ASCII.isExactly(name, "keep-alive")
        case 16: ASCII.isExactly(name, "proxy-connection")
        case 17: ASCII.isExactly(name, "transfer-encoding")
        default: false
        }
    }
}
