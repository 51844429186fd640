import Glibc

/// A client of HTTP/2 that allocates nothing, so that what is counted is the server's.
///
/// It makes the same request again and again over one connection, each on a stream of its own, and
/// waits for the end of the answer's stream.
final class RawHTTP2Client: Sendable {
    private static let headerSize = 9

    /// The frames that the client knows (RFC 9113 §6).
    private enum FrameType {
        static let data: UInt8 = 0
        static let headers: UInt8 = 1
        static let settings: UInt8 = 4
        static let windowUpdate: UInt8 = 8
    }

    private static let endStream: UInt8 = 1
    private static let endHeaders: UInt8 = 4

    private let descriptor: Int32
    private let requestSize: Int
    /// Where the frames of a request begin.
    private let frames: [Int]
    // Sound: allocated in `init`, freed in `deinit`, and used by one task at a time.
    nonisolated(unsafe) private let request: UnsafeMutableBufferPointer<UInt8>
    nonisolated(unsafe) private let input: UnsafeMutableRawBufferPointer
    nonisolated(unsafe) private var stream: UInt32 = 1

    /// Connects, and sends what a connection begins with.
    ///
    /// - Parameters:
    ///   - port: The server's port on this machine.
    ///   - fields: The request's fields, the pseudo-fields first.
    ///   - content: The request's content; nil for none.
    /// - Throws: ``ClientFailure`` when there is no such server.
    init(port: Int, fields: [(String, String)], content: [UInt8]? = nil) throws {
        // Literals without indexing, with a new name (RFC 7541 §6.2.2): each block stands alone.
        var block: [UInt8] = []
        for (name, value) in fields {
            block += [0, UInt8(name.utf8.count)] + Array(name.utf8)
            block += [UInt8(value.utf8.count)] + Array(value.utf8)
        }
        let end = content == nil ? Self.endStream : 0
        var bytes = Self.frame(FrameType.headers, Self.endHeaders | end, block)
        var frames = [0]
        if let content {
            frames.append(bytes.count)
            bytes += Self.frame(FrameType.data, Self.endStream, content)
        }
        self.frames = frames
        requestSize = bytes.count
        request = .allocate(capacity: bytes.count)
        _ = request.initialize(from: bytes)
        input = .allocate(byteCount: 1 << 16, alignment: 16)
        descriptor = try RawClient.connect(to: port)
        let preface = Array("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".utf8)
        // Room for all answers: what they use up is not given back.
        let room = Self.frame(FrameType.windowUpdate, 0, [0x7F, 0, 0, 0])
        let settings = Self.frame(FrameType.settings, 0, [])
        let acknowledgement = Self.frame(FrameType.settings, 1, [])
        try RawClient.send(preface + settings + acknowledgement + room, descriptor)
    }

    deinit {
        close(descriptor)
        request.deallocate()
        input.deallocate()
    }

    /// A frame of stream 0.
    private static func frame(_ type: UInt8, _ flags: UInt8, _ payload: [UInt8]) -> [UInt8] {
        let size = payload.count
        return [0, UInt8(size >> 8), UInt8(size & 0xFF), type, flags, 0, 0, 0, 0] + payload
    }

    /// Asks and waits for the answer, `count` times.
    func exchange(_ count: Int) throws {
        for _ in 0..<count {
            for frame in frames {
                for index in 0..<4 {
                    request[frame + 5 + index] = UInt8(
                        truncatingIfNeeded: stream >> UInt32(24 - 8 * index)
                    )
                }
            }
            try RawClient.send(request, descriptor)
            try receiveAnswer()
            stream += 2
        }
    }

    private func receiveAnswer() throws {
        var count = 0
        var offset = 0
        while true {
            while count - offset < Self.headerSize || count - offset < frameSize(at: offset) {
                count += try RawClient.receive(into: input, at: count, descriptor)
            }
            let type = input[offset + 3]
            let flags = input[offset + 4]
            let isOurs =
                input.loadUnaligned(fromByteOffset: offset + 5, as: UInt32.self)
                .bigEndian == stream
            offset += frameSize(at: offset)
            guard isOurs else { continue }
            guard type <= FrameType.headers else {
                throw ClientFailure(reason: "the stream was answered with a frame of type \(type)")
            }
            if flags & Self.endStream != 0 { return }
        }
    }

    private func frameSize(at offset: Int) -> Int {
        let size = Int(input[offset]) << 16 | Int(input[offset + 1]) << 8 | Int(input[offset + 2])
        return Self.headerSize + size
    }
}
