import HTTPTypes
import NIOCore

/// The header fields of a part (RFC 2046 §5.1), as strict as those of a message.
enum MultipartHeader {
    /// Reads lines that each end with CR LF.
    ///
    /// - Parameters:
    ///   - block: The lines.
    ///   - limit: How many fields there may be.
    /// - Returns: The fields.
    /// - Throws: When a line is malformed or there are too many.
    static func parse(_ block: ByteBuffer, limit: Int) throws(MultipartError) -> Headers {
        var headers = Headers()
        var rest = block.readableBytesView
        while let end = rest.firstIndex(of: UInt8(ascii: "\r")) {
            let line = rest[..<end]
            rest = rest[end...].dropFirst()
            guard rest.popFirst() == UInt8(ascii: "\n"), let colon = line.firstIndex(of: 0x3A),
                let name = HTTPField.Name(String(decoding: line[..<colon], as: UTF8.self)),
                !line.contains(where: { $0 == UInt8(ascii: "\n") || $0 == 0 })
            else {
                throw MultipartError(.malformedHeader, "A part has a malformed header field.")
            }
            let value = trimmed(line[line.index(after: colon)...])
            headers.append(String(decoding: value, as: UTF8.self), for: name)
            guard headers.count <= limit else {
                throw MultipartError(
                    .limitExceeded,
                    "A part has more than \(limit) header fields."
                )
            }
        }
        return headers
    }

    private static func trimmed(_ value: ByteBufferView) -> ByteBufferView {
        func isSpace(_ byte: UInt8) -> Bool {
            byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t")
        }
        let start = value.firstIndex { !isSpace($0) } ?? value.endIndex
        let end = value.lastIndex { !isSpace($0) }.map { value.index(after: $0) } ?? start
        return value[start..<end]
    }
}
