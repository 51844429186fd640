import Glibc

/// A client of HTTP/2 that allocates nothing, so that what is counted is the server's.
///
/// It sends the same request again and again over one connection, each on a stream of its own, and
/// waits for the frame that ends the stream.
final class RawHTTP2Client: Sendable {
    private let descriptor: Int32
    /// Sound: allocated in `init`, freed in `deinit`, and used by one task at a time.
    nonisolated(unsafe) private let request: UnsafeMutableRawBufferPointer
    /// Sound for the same reason.
    nonisolated(unsafe) private let buffer: UnsafeMutableRawBufferPointer
    /// Sound: used by one task at a time.
    nonisolated(unsafe) private var stream: UInt32 = 1

    private static let headerSize = 9
    private static let endStream: UInt8 = 1

    /// Connects, and asks twice, so that what the server remembers of a connection is there.
    ///
    /// - Parameters:
    ///   - port: The server's port on this machine.
    ///   - path: What to GET.
    /// - Throws: ``ClientFailure`` when it is not answered.
    init(port: Int, path: String) throws {
        // GET and http of the static table; the others written out, as every client's first are.
        var block: [UInt8] = [0x82, 0x86]
        for (index, value) in [(0x04, path), (0x01, "localhost"), (0x53, "*/*")] {
            block += [UInt8(index), UInt8(value.utf8.count)] + value.utf8
        }
        let frame: [UInt8] = [0, 0, UInt8(block.count), 1, 5, 0, 0, 0, 0] + block
        // Freed in `deinit`; when `init` throws, the process ends.
        request = .allocate(byteCount: frame.count, alignment: 1)
        request.copyBytes(from: frame)
        buffer = .allocate(byteCount: 1 << 16, alignment: 16)
        descriptor = try RawClient.connect(to: port)
        var preface = Array("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".utf8)
        // SETTINGS, their acknowledgement, and a window that no run of this program fills.
        preface += [0, 0, 0, 4, 0, 0, 0, 0, 0, 0, 0, 0, 4, 1, 0, 0, 0, 0]
        preface += [0, 0, 4, 8, 0, 0, 0, 0, 0, 0x70, 0, 0, 0]
        try preface.withUnsafeBytes { try RawClient.send($0, descriptor) }
        try exchange(2)
    }

    deinit {
        close(descriptor)
        request.deallocate()
        buffer.deallocate()
    }

    /// Asks and waits for the answer, `count` times.
    func exchange(_ count: Int) throws {
        for _ in 0..<count {
            request.storeBytes(of: stream.bigEndian, toByteOffset: 5, as: UInt32.self)
            try RawClient.send(UnsafeRawBufferPointer(request), descriptor)
            try receiveAnswer()
            stream += 2
        }
    }

    /// Reads frames until one ends the stream.
    private func receiveAnswer() throws {
        var filled = 0
        var next = 0
        while true {
            while filled < next + Self.headerSize || filled < next + length(at: next) {
                filled += try RawClient.receive(into: buffer, at: filled, descriptor)
            }
            // DATA and HEADERS have the flag; in SETTINGS and PING its bit means something else.
            let ends = buffer[next + 3] <= 1 && buffer[next + 4] & Self.endStream != 0
            next += length(at: next)
            if ends { return }
        }
    }

    /// How many bytes the frame has that begins at `start`.
    private func length(at start: Int) -> Int {
        let first = Int(buffer[start]) << 16 | Int(buffer[start + 1]) << 8
        return Self.headerSize + (first | Int(buffer[start + 2]))
    }
}
