import Glibc

/// A client that allocates nothing, so that what is counted is the server's.
///
/// It sends the same bytes again and again over one connection and expects answers that are all as
/// long as the first.
final class RawClient: Sendable {
    private let descriptor: Int32
    private let request: [UInt8]
    /// Sound: allocated in `init`, freed in `deinit`, and used by one task at a time.
    nonisolated(unsafe) private let buffer: UnsafeMutableRawBufferPointer
    private let answerLength: Int

    /// Connects, and asks once to learn how long an answer is.
    ///
    /// - Parameters:
    ///   - port: The server's port on this machine.
    ///   - request: What to send.
    ///   - ending: What an answer ends with.
    /// - Throws: ``ClientFailure`` when there is no such answer.
    init(port: Int, request: String, ending: String) throws {
        self.request = Array(request.utf8)
        // Freed in `deinit`; when `init` throws, the process ends.
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 16, alignment: 16)
        self.buffer = buffer
        descriptor = try Self.connect(to: port)
        let suffix = Array(ending.utf8)
        try Self.send(self.request, descriptor)
        var count = 0
        while !buffer[..<count].suffix(suffix.count).elementsEqual(suffix) {
            count += try Self.receive(into: buffer, at: count, descriptor)
        }
        answerLength = count
    }

    deinit {
        close(descriptor)
        buffer.deallocate()
    }

    /// Asks and waits for the answer, `count` times.
    func exchange(_ count: Int) throws {
        for _ in 0..<count {
            try Self.send(request, descriptor)
            var received = 0
            while received < answerLength {
                received += try Self.receive(into: buffer, at: received, descriptor)
            }
        }
    }

    static func connect(to port: Int) throws -> Int32 {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = UInt16(port).bigEndian
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        // Sound: a sockaddr_in is a sockaddr, and its size is told.
        let result = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                Glibc.connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        guard result == 0 else {
            close(descriptor)
            throw ClientFailure(reason: "connecting to port \(port) failed with errno \(errno)")
        }
        var on: Int32 = 1
        setsockopt(descriptor, Int32(IPPROTO_TCP), TCP_NODELAY, &on, socklen_t(4))
        var patience = timeval(tv_sec: 10, tv_usec: 0)
        let size = socklen_t(MemoryLayout<timeval>.size)
        setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &patience, size)
        return descriptor
    }

    static func send(_ bytes: some Collection<UInt8>, _ descriptor: Int32) throws {
        let sent = bytes.withContiguousStorageIfAvailable {
            Glibc.send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
        }
        guard sent == bytes.count else { throw ClientFailure(reason: "sending failed") }
    }

    static func receive(
        into buffer: UnsafeMutableRawBufferPointer,
        at offset: Int,
        _ descriptor: Int32
    ) throws -> Int {
        guard offset < buffer.count, let base = buffer.baseAddress else {
            throw ClientFailure(reason: "an answer is too long")
        }
        let count = recv(descriptor, base + offset, buffer.count - offset, 0)
        guard count > 0 else {
            throw ClientFailure(reason: "no answer came: recv gave \(count), errno \(errno)")
        }
        return count
    }
}

/// Why a ``RawClient`` has no answer.
struct ClientFailure: Error {
    let reason: String
}
