import MartletHTTP

/// How `grpc-message` writes a text: its UTF-8, with `%XX` for every byte that is not a printable
/// character of ASCII, and for the percent sign (gRPC over HTTP/2, "Responses").
package enum StatusMessage {
    /// Encodes a text; the text itself when there is nothing to encode.
    package static func encode(_ text: String) -> String {
        guard !text.utf8.allSatisfy(isPlain) else { return text }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(text.utf8.count * 3)
        for byte in text.utf8 {
            if isPlain(byte) {
                bytes.append(byte)
            } else {
                bytes.append(UInt8(ascii: "%"))
                bytes.append(PercentCoding.hexDigit(byte >> 4))
                bytes.append(PercentCoding.hexDigit(byte & 0x0F))
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// Decodes a value; never fails, because a message that is odd is better than none.
    ///
    /// A percent sign that no two hexadecimal digits follow stands for itself, and bytes that are
    /// not UTF-8 are replaced.
    package static func decode(_ value: String) -> String {
        let encoded = Array(value.utf8)
        guard encoded.contains(UInt8(ascii: "%")) else { return value }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(encoded.count)
        var index = 0
        while index < encoded.count {
            if encoded[index] == UInt8(ascii: "%"), index + 2 < encoded.count,
                let high = PercentCoding.hexValue(encoded[index + 1]),
                let low = PercentCoding.hexValue(encoded[index + 2])
            {
                bytes.append(high << 4 | low)
                index += 3
            } else {
                bytes.append(encoded[index])
                index += 1
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    private static func isPlain(_ byte: UInt8) -> Bool {
        (0x20...0x7E).contains(byte) && byte != UInt8(ascii: "%")
    }
}
