import HTTPTypes
import NIOCore

/// Writes message heads and chunks (RFC 9112) into a buffer.
enum MessageWriter {
    /// Fields that framing and the connection own; what a handler says of them is not sent.
    static func isOwned(_ name: UnsafeRawBufferPointer) -> Bool {
        switch name.count {
        case 10: ASCII.equals(name, "connection") || ASCII.equals(name, "keep-alive")
        case 14: ASCII.equals(name, "content-length")
        case 17: ASCII.equals(name, "transfer-encoding")
        default: false
        }
    }

    /// Writes the status line.
    static func writeStatusLine(_ status: HTTPResponse.Status, into out: inout ByteBuffer) {
        switch status.code {
        case 200: out.writeStaticString("HTTP/1.1 200 OK\r\n")
        case 201: out.writeStaticString("HTTP/1.1 201 Created\r\n")
        case 204: out.writeStaticString("HTTP/1.1 204 No Content\r\n")
        case 404: out.writeStaticString("HTTP/1.1 404 Not Found\r\n")
        default:
            out.writeStaticString("HTTP/1.1 ")
            writeDecimal(status.code, into: &out)
            out.writeStaticString(" ")
            out.writeString(status.reasonPhrase)
            out.writeStaticString("\r\n")
        }
    }

    /// Writes the field lines but those that framing owns.
    ///
    /// - Returns: Whether there is a `Date` among them.
    @discardableResult
    static func writeFields(_ headers: Headers, into out: inout ByteBuffer) -> Bool {
        guard !headers.isEmpty else { return false }
        var hasDate = false
        headers.bytes.withUnsafeReadableBytes { all in
            for slice in headers.slices {
                let name = UnsafeRawBufferPointer(rebasing: all[slice.nameRange])
                if isOwned(name) { continue }
                if name.count == 4, ASCII.equals(name, "date") { hasDate = true }
                out.writeBytes(name)
                out.writeStaticString(": ")
                out.writeBytes(UnsafeRawBufferPointer(rebasing: all[slice.valueRange]))
                out.writeStaticString("\r\n")
            }
        }
        return hasDate
    }

    /// Writes a number in decimal digits.
    static func writeDecimal(_ number: Int, into out: inout ByteBuffer) {
        assert(number >= 0, "Lengths and status codes are not negative.")
        if number < 10 {
            out.writeInteger(UInt8(ascii: "0") + UInt8(number))
            return
        }
        // 20 digits hold every Int.
        withUnsafeTemporaryAllocation(byteCount: 20, alignment: 1) { digits in
            var start = 20
            var rest = number
            while rest > 0 {
                start -= 1
                digits[start] = UInt8(ascii: "0") + UInt8(rest % 10)
                rest /= 10
            }
            out.writeBytes(UnsafeRawBufferPointer(rebasing: digits[start...]))
        }
    }

    /// Writes a chunk's size line.
    static func writeChunkSize(_ size: Int, into out: inout ByteBuffer) {
        out.writeString(String(size, radix: 16))
        out.writeStaticString("\r\n")
    }

    /// Writes the last chunk and the trailers (RFC 9112 §7.1.2), but for fields that must not be
    /// among them (RFC 9110 §6.5.1).
    static func writeLastChunk(trailers: Headers?, into out: inout ByteBuffer) {
        out.writeStaticString("0\r\n")
        if var trailers {
            trailers.removeAll { index, headers in
                headers.bytes.withUnsafeReadableBytes { all in
                    isForbiddenTrailer(
                        UnsafeRawBufferPointer(rebasing: all[headers.slices[index].nameRange])
                    )
                }
            }
            writeFields(trailers, into: &out)
        }
        out.writeStaticString("\r\n")
    }

    private static func isForbiddenTrailer(_ name: UnsafeRawBufferPointer) -> Bool {
        if name.count > 6, isProxyField(name) { return true }
        return switch name.count {
        case 2: ASCII.equals(name, "te")
        case 3: ASCII.equals(name, "via")
        case 4: ASCII.equals(name, "host")
        case 5: ASCII.equals(name, "range")
        case 6: ASCII.equals(name, "cookie") || ASCII.equals(name, "expect")
        case 7: ASCII.equals(name, "trailer") || ASCII.equals(name, "upgrade")
        case 10: ASCII.equals(name, "set-cookie")
        case 8: ASCII.equals(name, "location")
        case 9: ASCII.equals(name, "forwarded")
        case 12: ASCII.equals(name, "content-type") || ASCII.equals(name, "x-request-id")
        case 13:
            ASCII.equals(name, "authorization") || ASCII.equals(name, "cache-control")
                || ASCII.equals(name, "content-range")
        case 16: ASCII.equals(name, "content-encoding") || ASCII.equals(name, "www-authenticate")
        default: false
        }
    }

    /// Whether the field speaks of the hops of a message: `Proxy-*` or `X-Forwarded-*`.
    private static func isProxyField(_ name: UnsafeRawBufferPointer) -> Bool {
        if name.count > 12 {
            let prefix = UnsafeRawBufferPointer(rebasing: name[..<12])
            if ASCII.equals(prefix, "x-forwarded-") { return true }
        }
        return ASCII.equals(UnsafeRawBufferPointer(rebasing: name[..<6]), "proxy-")
    }
}
