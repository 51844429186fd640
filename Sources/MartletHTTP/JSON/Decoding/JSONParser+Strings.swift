extension JSONParser {
    /// Reads a string: its quotation marks, escapes, and that it is UTF-8 (RFC 8259 §7, §8.1).
    mutating func string() throws(JSONError) {
        position &+= 1
        let start = offset
        var flags: JSONToken.Flags = []
        while true {
            position = JSONText.plainASCIIPrefix(bytes, from: position)
            guard position < bytes.count else {
                throw malformed("expected the end of a string, found the end of the document")
            }
            let byte = bytes[position]
            if byte == UInt8(ascii: "\"") {
                add(.string, from: start, to: offset, flags)
                position &+= 1
                return
            }
            if byte == UInt8(ascii: "\\") {
                flags = .escaped
                try escape()
            } else if byte < 0x20 {
                throw malformed("a string must not contain control characters")
            } else {
                let length = JSONText.sequenceLength(bytes, at: position)
                guard length > 0 else { throw malformed("a string must be UTF-8") }
                position &+= length
            }
        }
    }

    /// Reads an escape; a surrogate must be followed by its other half.
    private mutating func escape() throws(JSONError) {
        guard position &+ 1 < bytes.count else {
            position = bytes.count
            throw malformed("expected an escape, found the end of the document")
        }
        switch bytes[position &+ 1] {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"), UInt8(ascii: "b"),
            UInt8(ascii: "f"), UInt8(ascii: "n"), UInt8(ascii: "r"), UInt8(ascii: "t"):
            position &+= 2
        case UInt8(ascii: "u"):
            guard let unit = JSONText.hexadecimal(bytes, at: position &+ 2) else {
                throw malformed("expected four hexadecimal digits after '\\u'")
            }
            if unit & 0xF800 == 0xD800 {
                guard unit < 0xDC00, position &+ 7 < bytes.count,
                    bytes[position &+ 6] == UInt8(ascii: "\\"),
                    bytes[position &+ 7] == UInt8(ascii: "u"),
                    let low = JSONText.hexadecimal(bytes, at: position &+ 8),
                    low & 0xFC00 == 0xDC00
                else { throw malformed("a surrogate must be one of a pair") }
                position &+= 12
            } else {
                position &+= 6
            }
        default:
            throw malformed("this is not an escape")
        }
    }
}
