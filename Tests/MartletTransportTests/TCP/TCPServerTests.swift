import InMemoryLogging
import Logging
import NIOCore
import ServiceLifecycle
import Synchronization
import Testing

@testable import MartletTransport

@Suite("A TCP server", .timeLimit(.minutes(1)))
struct TCPServerTests {
    private let client = TCPClient()

    private struct Broken: Error {}

    @Test("a handler that throws resets its connection, is logged, and harms no other")
    func throwing() async throws {
        let logs = InMemoryLogHandler()
        let logger = Logger(label: "test") { _ in logs }
        let handler: @Sendable (TCPStream) async throws -> Void = { stream in
            for try await bytes in stream.inbound {
                if bytes == ByteBuffer(string: "break") { throw Broken() }
                try await stream.write(bytes)
            }
        }
        try await withTCPServer(logger: logger, handler: handler) { _, port in
            try await client.withConnection(to: "127.0.0.1", port: port) { good in
                try await client.withConnection(to: "127.0.0.1", port: port) { bad in
                    try await bad.write(ByteBuffer(string: "break"))
                    let error = await #expect(throws: TCPError.self) { try await bad.read() }
                    #expect(error?.code == .connectionLost)
                    let local = try #require(bad.localAddress?.description)
                    try await waitUntil { !logs.entries.isEmpty }
                    let entry = try #require(logs.entries.first)
                    #expect(entry.level == .error)
                    #expect(entry.metadata["peer"] == "\(local)")
                    #expect(entry.metadata["error"] == "Broken()")
                }
                try await good.write(ByteBuffer(string: "still here"))
                #expect(try await good.readString(10) == "still here")
            }
        }
    }

    @Test("a handler that returns has what it wrote sent, and the connection closes in order")
    func returning() async throws {
        let text = String(repeating: "x", count: 3_000_000)
        try await withTCPServer {
            // However long a busy machine takes to read it.
            $0.limits.lingerTimeout = .seconds(60)
        } handler: { stream in
            try await stream.write(ByteBuffer(string: text))
        } _: { server, port in
            try await client.withConnection(to: "127.0.0.1", port: port) { stream in
                // Makes the server's socket one with unread bytes.
                try await stream.write(ByteBuffer(string: "nobody reads this"))
                #expect(try await stream.readString(.max) == text)
            }
            try await waitUntil { server.connectionCount == 0 }
        }
    }

    @Test("a connection over a limit is reset, and the next after one has gone is served")
    func limits() async throws {
        for perSource in [false, true] {
            try await withTCPServer {
                $0.maximumConnections = perSource ? 100 : 2
                $0.maximumConnectionsPerSource = perSource ? 2 : nil
            } handler: {
                try await echo($0)
            } _: { server, port in
                let streams = [
                    try await client.connect(to: "127.0.0.1", port: port),
                    try await client.connect(to: "127.0.0.1", port: port),
                ]
                for stream in streams {
                    try await stream.write(ByteBuffer(string: "a"))
                    #expect(try await stream.readString(1) == "a")
                }
                // The reset may come before the client has seen that it is connected.
                await #expect(throws: TCPError.self) {
                    let third = try await client.connect(to: "127.0.0.1", port: port)
                    _ = try await third.read()
                }
                streams[0].close()
                try await waitUntil { server.connectionCount == 1 }
                try await client.withConnection(to: "127.0.0.1", port: port) { stream in
                    try await stream.write(ByteBuffer(string: "b"))
                    #expect(try await stream.readString(1) == "b")
                }
                streams[1].close()
            }
        }
    }

    @Test("when a connection breaks its handler is cancelled")
    func broken() async throws {
        let ends = Tally()
        try await withTCPServer { stream in
            try await stream.write(ByteBuffer(string: "hello"))
            do {
                try await ContinuousClock().sleep(for: .seconds(1000))
            } catch is CancellationError {
                ends.add()
            }
        } _: { server, port in
            let stream = try await client.connect(to: "127.0.0.1", port: port)
            _ = try await stream.readString(5)
            stream.abort()
            try await waitUntil { ends.count == 1 && server.connectionCount == 0 }
        }
    }

    @Test("a graceful shutdown ends what streams receive, and lets handlers finish")
    func graceful() async throws {
        let server = TCPServer(.init(addresses: [.tcp("127.0.0.1", port: 0)])) { stream in
            try await echo(stream)
            #expect(stream.isDraining)
            try await stream.write(ByteBuffer(string: "bye"))
        }
        let group = ServiceGroup(
            services: [server],
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        )
        try await withThrowingTaskGroup(of: Void.self) { tasks in
            tasks.addTask { try await group.run() }
            let port = try await server.boundAddresses().first?.port ?? 0
            try await client.withConnection(to: "127.0.0.1", port: port) { stream in
                try await stream.write(ByteBuffer(string: "a"))
                #expect(try await stream.readString(1) == "a")
                await group.triggerGracefulShutdown()
                #expect(try await stream.readString(.max) == "bye")
            }
            try await tasks.waitForAll()
            #expect(server.connectionCount == 0)
        }
    }

    @Test("handlers that do not end in the grace period are cancelled")
    func gracePeriod() async throws {
        var configuration = TCPServer.Configuration(addresses: [.tcp("127.0.0.1", port: 0)])
        configuration.shutdownGracePeriod = .milliseconds(50)
        configuration.inboundEndsOnShutdown = false
        let ends = Tally()
        let server = TCPServer(configuration) { stream in
            defer { ends.add() }
            try await echo(stream)
        }
        let group = ServiceGroup(
            services: [server],
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        )
        try await withThrowingTaskGroup(of: Void.self) { tasks in
            tasks.addTask { try await group.run() }
            let port = try await server.boundAddresses().first?.port ?? 0
            let stream = try await client.connect(to: "127.0.0.1", port: port)
            try await stream.write(ByteBuffer(string: "a"))
            #expect(try await stream.readString(1) == "a")
            await group.triggerGracefulShutdown()
            await #expect(throws: TCPError.self) { try await stream.read() }
            try await tasks.waitForAll()
            try await waitUntil { ends.count == 1 }
            #expect(server.connectionCount == 0)
        }
    }

    @Test("an address that is taken is named")
    func taken() async throws {
        try await withTCPServer(handler: echo) { _, port in
            let second = TCPServer(.init(addresses: [.tcp("127.0.0.1", port: port)]), handler: echo)
            let error = await #expect(throws: ListenError.self) { try await second.run() }
            #expect(error?.address == .tcp("127.0.0.1", port: port))
            await #expect(throws: ListenError.self) { try await second.boundAddresses() }
        }
    }
}

/// Waits until a condition holds; the test's time limit bounds it.
func waitUntil(_ condition: () throws -> Bool) async throws {
    while try !condition() {
        try await ContinuousClock().sleep(for: .milliseconds(5))
    }
}
