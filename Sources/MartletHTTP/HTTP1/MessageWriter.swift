import HTTPTypes
import NIOCore

/// Writes chunks and trailers (RFC 9112 §7.1) into a buffer.
enum MessageWriter {
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
            trailers.removeAll(where: isForbiddenTrailer)
            HeadWriter.write(atMost: HeadWriter.size(of: trailers), into: &out) {
                _ = $0.writeFields(trailers)
            }
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
