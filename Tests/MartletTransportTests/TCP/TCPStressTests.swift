import NIOCore
import Synchronization
import TestSupport
import Testing

@testable import MartletTransport

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#endif

/// What breaks only in a crowd.
@Suite("Many TCP streams", .timeLimit(.minutes(2)), .serialized)
struct TCPStressTests {
    /// Does something at random with a stream until it is cancelled or done.
    private static func behave(_ stream: TCPStream, _ generator: inout SplitMix) async throws {
        let size = [1, 100, 5000, 100_000].randomElement(using: &generator) ?? 1
        let piece = ByteBuffer(repeating: 7, count: size)
        for _ in 0..<Int.random(in: 0..<6, using: &generator) {
            switch Int.random(in: 0..<10, using: &generator) {
            case 0: return stream.abort()
            case 1: return stream.close()
            case 2: throw CancellationError()
            case 3: try await stream.finishWriting()
            case 4: await Task.yield()
            case 5: _ = try await stream.read(until: .now + .milliseconds(1))
            default:
                try await stream.write(piece)
                if Bool.random(using: &generator) { _ = try await stream.read() }
            }
        }
    }

    @Test("tasks that are cancelled at random leave no connection behind", arguments: [1, 2, 3])
    func cancellation(_ seed: UInt64) async throws {
        let seeds = Atomic<UInt64>(seed &* 1000)
        try await withTCPServer {
            $0.limits.lingerTimeout = .milliseconds(100)
        } handler: { stream in
            let own = seeds.wrappingAdd(1, ordering: .relaxed).newValue
            var generator = SplitMix(seed: own)
            if own.isMultiple(of: 3) {
                try await Self.behave(stream, &generator)
            } else {
                try await echo(stream)
            }
        } _: { server, port in
            var generator = SplitMix(seed: seed)
            for _ in 0..<10 {
                await withTaskGroup(of: Void.self) { group in
                    for _ in 0..<40 {
                        let own = generator.next()
                        group.addTask {
                            var generator = SplitMix(seed: own)
                            try? await TCPClient().withConnection(
                                to: "127.0.0.1",
                                port: port
                            ) { stream in
                                try await Self.behave(stream, &generator)
                            }
                        }
                    }
                    let ends = Int.random(in: 0..<40, using: &generator)
                    for _ in 0..<ends {
                        if Int.random(in: 0..<4, using: &generator) == 0 { break }
                        await group.next()
                    }
                    group.cancelAll()
                }
            }
            try await waitUntil { server.connectionCount == 0 }
            try await waitUntil { Self.socketCount(port: port) <= 1 }
        }
    }

    @Test("thousands of connections that are reset at once leave nothing behind")
    func resets() async throws {
        try await withTCPServer(handler: echo) { server, port in
            try await withThrowingTaskGroup(of: Void.self) { group in
                for _ in 0..<8 {
                    group.addTask {
                        let client = TCPClient()
                        for round in 0..<250 {
                            let stream = try await client.connect(to: "127.0.0.1", port: port)
                            if round.isMultiple(of: 2) {
                                try await stream.write(ByteBuffer(string: "a"))
                                try await stream.flush()
                            }
                            stream.abort()
                        }
                    }
                }
                try await group.waitForAll()
            }
            try await waitUntil { server.connectionCount == 0 }
            try await waitUntil { Self.socketCount(port: port) <= 1 }
        }
    }

    @Test("a task that is cancelled while it connects leaves no socket behind")
    func cancelledConnects() async throws {
        try await withTCPServer(handler: echo) { server, port in
            for round in 0..<200 {
                await withTaskGroup(of: Void.self) { group in
                    group.addTask {
                        let client = TCPClient()
                        guard
                            let stream = try? await client.connect(to: "127.0.0.1", port: port)
                        else { return }
                        stream.abort()
                    }
                    for _ in 0..<round % 20 { await Task.yield() }
                    group.cancelAll()
                }
            }
            try await waitUntil { server.connectionCount == 0 }
            try await waitUntil { Self.socketCount(port: port) <= 1 }
        }
    }

    /// How many sockets of this process have `port` at one of their ends.
    private static func socketCount(port: Int) -> Int {
        (CInt(0)..<4096).count { descriptor in
            [getsockname, getpeername].contains { name in
                var bytes = [UInt8](repeating: 0, count: 128)
                var size = socklen_t(bytes.count)
                let isNamed = bytes.withUnsafeMutableBytes { memory in
                    // Sound because the kernel writes at most `size` bytes.
                    let address = memory.baseAddress?.assumingMemoryBound(to: sockaddr.self)
                    return name(descriptor, address, &size) == 0
                }
                // A `sockaddr_in` begins with its family and its port.
                return isNamed && CInt(bytes[0]) == AF_INET
                    && Int(bytes[2]) << 8 | Int(bytes[3]) == port
            }
        }
    }
}
