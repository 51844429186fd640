import MartletTransport

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#endif

/// A port that nobody listens on, and that nobody else gets.
final class ClosedPort: Sendable {
    let number: Int
    private let descriptor: Int32

    init() throws {
        descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = in_addr_t(0x7F00_0001).bigEndian
        var size = socklen_t(MemoryLayout<sockaddr_in>.size)
        let descriptor = descriptor
        // Sound because the kernel reads and writes as many bytes as the size says.
        let result = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(descriptor, $0, size) == 0 ? getsockname(descriptor, $0, &size) : -1
            }
        }
        number = Int(UInt16(bigEndian: address.sin_port))
        guard result == 0 else {
            throw RawClient.Failure(reason: String(cString: strerror(errno)))
        }
    }

    deinit {
        Glibc.close(descriptor)
    }
}

/// A socket that says exactly what a test wants, to a port of this machine.
///
/// Its calls block, off the loops, for thirty seconds at most.
final class RawClient: Sendable {
    struct Failure: Error {
        let reason: String
    }

    private let descriptor: Int32

    init(port: Int) throws {
        descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = in_port_t(port).bigEndian
        address.sin_addr.s_addr = in_addr_t(0x7F00_0001).bigEndian
        // Sound because the kernel reads as many bytes as the size says.
        let result = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        // What throws when all is set is deinitialised, which closes.
        guard result == 0 else {
            throw Failure(reason: "connect: \(String(cString: strerror(errno)))")
        }
    }

    deinit {
        Glibc.close(descriptor)
    }

    /// Sends all of `text`.
    func send(_ text: String) async throws {
        try await send(bytes: Array(text.utf8))
    }

    /// Sends all of `bytes`.
    func send(bytes: [UInt8]) async throws {
        let descriptor = descriptor
        try await offLoop("send") {
            var rest = bytes[...]
            while !rest.isEmpty {
                try Self.wait(descriptor, for: POLLOUT)
                let count = rest.withUnsafeBytes {
                    Glibc.send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
                }
                guard count >= 0 else { throw Failure(reason: String(cString: strerror(errno))) }
                rest = rest.dropFirst(count)
            }
        }
    }

    /// Sends zeros until the peer takes no more for a while.
    ///
    /// - Returns: How many it took.
    func sendUntilStalled(
        atMost limit: Int,
        patience milliseconds: Int32 = 500
    ) async throws -> Int {
        let descriptor = descriptor
        return try await offLoop("send") {
            let piece = [UInt8](repeating: 0x30, count: 65536)
            var sent = 0
            while sent < limit {
                var poller = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
                guard poll(&poller, 1, milliseconds) == 1 else { break }
                let count = piece.withUnsafeBytes {
                    Glibc.send(
                        descriptor,
                        $0.baseAddress,
                        min($0.count, limit - sent),
                        Int32(MSG_NOSIGNAL | MSG_DONTWAIT)
                    )
                }
                guard count >= 0 else { break }
                sent += count
            }
            return sent
        }
    }

    /// What comes until `isEnough` says so or the peer ends.
    func receive(until isEnough: @escaping @Sendable (String) -> Bool) async throws -> String {
        let bytes = try await receiveBytes { isEnough(String(decoding: $0, as: UTF8.self)) }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// What comes until `isEnough` says so or the peer ends.
    func receiveBytes(
        until isEnough: @escaping @Sendable ([UInt8]) -> Bool
    ) async throws -> [UInt8] {
        let descriptor = descriptor
        return try await offLoop("receive") {
            var all: [UInt8] = []
            while !isEnough(all) {
                guard let piece = try Self.read(descriptor) else { break }
                all += piece
            }
            return all
        }
    }

    /// How many bytes come until the peer ends, when after each 64 KiB at most is a pause.
    func drain(pausing milliseconds: Int32 = 0) async throws -> Int {
        let descriptor = descriptor
        return try await offLoop("receive") {
            var count = 0
            while let piece = try Self.read(descriptor) {
                count += piece.count
                poll(nil, 0, milliseconds)
            }
            return count
        }
    }

    /// What comes until the peer ends, and whether its end was a reset.
    func receiveToEnd() async throws -> (text: String, wasReset: Bool) {
        let descriptor = descriptor
        return try await offLoop("receive") {
            var all: [UInt8] = []
            while true {
                switch try Self.readPiece(descriptor) {
                case .bytes(let piece): all += piece
                case .end: return (String(decoding: all, as: UTF8.self), false)
                case .reset: return (String(decoding: all, as: UTF8.self), true)
                }
            }
        }
    }

    /// Everything until the peer ends.
    func receiveAll() async throws -> String {
        try await receive { _ in false }
    }

    func closeOutput() {
        shutdown(descriptor, Int32(SHUT_WR))
    }

    func closeBoth() {
        shutdown(descriptor, Int32(SHUT_RDWR))
    }

    private enum Piece {
        case bytes([UInt8])
        case end
        case reset
    }

    /// - Returns: Nil at the end.
    private static func read(_ descriptor: Int32) throws -> [UInt8]? {
        if case .bytes(let piece) = try readPiece(descriptor) { piece } else { nil }
    }

    private static func readPiece(_ descriptor: Int32) throws -> Piece {
        try wait(descriptor, for: POLLIN)
        var piece = [UInt8](repeating: 0, count: 65536)
        let count = recv(descriptor, &piece, piece.count, 0)
        if count < 0, errno == ECONNRESET { return .reset }
        guard count >= 0 else { throw Failure(reason: String(cString: strerror(errno))) }
        return count == 0 ? .end : .bytes(Array(piece[..<count]))
    }

    private static func wait(_ descriptor: Int32, for event: Int32) throws {
        var poller = pollfd(fd: descriptor, events: Int16(event), revents: 0)
        guard poll(&poller, 1, 30_000) == 1 else {
            throw Failure(reason: "nothing happened for thirty seconds")
        }
    }
}
