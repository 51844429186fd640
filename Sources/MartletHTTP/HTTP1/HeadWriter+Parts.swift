import HTTPTypes
import NIOCore

// MARK: - The parts of a head

extension HeadWriter {
    /// The most bytes of a status line.
    static func size(of status: HTTPResponse.Status) -> Int {
        32 + status.reasonPhrase.utf8.count
    }

    /// The most bytes of the field lines.
    static func size(of headers: Headers) -> Int {
        var size = 0
        for slice in headers.slices {
            size += Int(slice.nameLength) + Int(slice.valueLength) + 4
        }
        return size
    }

    /// Writes the status line (RFC 9112 §4).
    mutating func writeStatusLine(_ status: HTTPResponse.Status) {
        switch status.code {
        case 200: write("HTTP/1.1 200 OK\r\n")
        case 201: write("HTTP/1.1 201 Created\r\n")
        case 204: write("HTTP/1.1 204 No Content\r\n")
        case 404: write("HTTP/1.1 404 Not Found\r\n")
        default:
            write("HTTP/1.1 ")
            writeDecimal(status.code)
            write(" ")
            write(status.reasonPhrase)
            write("\r\n")
        }
    }

    /// Writes the field lines but those that framing owns.
    ///
    /// - Returns: Whether there is a `Date` among them.
    mutating func writeFields(_ headers: Headers) -> Bool {
        guard !headers.isEmpty else { return false }
        var hasDate = false
        headers.bytes.withUnsafeReadableBytes { all in
            for slice in headers.slices {
                let name = UnsafeRawBufferPointer(rebasing: all[slice.nameRange])
                if Self.isOwned(name) { continue }
                if name.count == 4, ASCII.equals(name, "date") { hasDate = true }
                write(name)
                write(": ")
                write(UnsafeRawBufferPointer(rebasing: all[slice.valueRange]))
                write("\r\n")
            }
        }
        return hasDate
    }

    /// Writes a whole `Content-Length` field; at most 38 bytes.
    mutating func writeContentLength(_ length: Int) {
        write("Content-Length: ")
        writeDecimal(length)
        write("\r\n")
    }

    /// Fields that framing and the connection own; what a handler says of them is not sent.
    private static func isOwned(_ name: UnsafeRawBufferPointer) -> Bool {
        switch name.count {
        case 10: ASCII.equals(name, "connection") || ASCII.equals(name, "keep-alive")
        case 14: ASCII.equals(name, "content-length")
        case 17: ASCII.equals(name, "transfer-encoding")
        default: false
        }
    }
}
