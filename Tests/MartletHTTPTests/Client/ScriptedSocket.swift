import MartletTransport
import Synchronization

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#endif

/// A listening socket whose connections say what a test wants, at the moment that it wants.
///
/// Its calls block, for ten seconds at most: on a client's loop they also hold that loop.
final class ScriptedSocket: Sendable {
    struct Failure: Error {
        let reason: String
    }

    let port: Int
    private let listening: Int32
    private let accepted = Mutex<[Int32]>([])

    init() throws {
        listening = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = in_addr_t(0x7F00_0001).bigEndian
        var size = socklen_t(MemoryLayout<sockaddr_in>.size)
        let descriptor = listening
        // Sound because the kernel reads and writes as many bytes as the size says.
        let result = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(descriptor, $0, size) == 0 ? getsockname(descriptor, $0, &size) : -1
            }
        }
        port = Int(UInt16(bigEndian: address.sin_port))
        guard result == 0, listen(descriptor, 16) == 0 else {
            throw Failure(reason: String(cString: strerror(errno)))
        }
    }

    deinit {
        for descriptor in accepted.withLock({ $0 }) { close(descriptor) }
        close(listening)
    }

    var base: String { "http://127.0.0.1:\(port)" }

    /// How many connections there were.
    var count: Int { accepted.withLock { $0.count } }

    /// Accepts `count` connections one after the other, reads the head of a request on each, and
    /// answers with what `answer` makes of the connection's number.
    func serve(_ count: Int, _ answer: @escaping @Sendable (Int) -> String) async throws {
        try await offLoop("scripted socket") {
            for number in 0..<count {
                try self.acceptOne()
                try self.receiveHead(on: number)
                try self.send(answer(number), on: number)
            }
        }
    }

    func acceptOne() throws {
        try Self.wait(listening)
        let descriptor = accept(listening, nil, nil)
        guard descriptor >= 0 else { throw Failure(reason: String(cString: strerror(errno))) }
        accepted.withLock { $0.append(descriptor) }
    }

    /// Reads up to an empty line, or to the end of the connection.
    @discardableResult
    func receiveHead(on number: Int) throws -> String {
        let descriptor = accepted.withLock { $0[number] }
        var all = ""
        while !all.contains("\r\n\r\n") {
            try Self.wait(descriptor)
            var piece = [UInt8](repeating: 0, count: 4096)
            let count = recv(descriptor, &piece, piece.count, 0)
            guard count > 0 else { break }
            all += String(decoding: piece[..<count], as: UTF8.self)
        }
        return all
    }

    func send(_ text: String, on number: Int) throws {
        let descriptor = accepted.withLock { $0[number] }
        let bytes = Array(text.utf8)
        let count = Glibc.send(descriptor, bytes, bytes.count, Int32(MSG_NOSIGNAL))
        guard count == bytes.count else {
            throw Failure(reason: String(cString: strerror(errno)))
        }
    }

    /// Says that nothing more will be sent.
    func closeOutput(on number: Int) {
        shutdown(accepted.withLock { $0[number] }, Int32(SHUT_WR))
    }

    private static func wait(_ descriptor: Int32) throws {
        var poller = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
        guard poll(&poller, 1, 10_000) == 1 else {
            throw Failure(reason: "nothing happened for ten seconds")
        }
    }
}
