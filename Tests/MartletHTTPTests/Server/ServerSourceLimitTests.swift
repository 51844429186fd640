import MartletCore
import MartletTransport
import MetricsTestKit
import NIOCore
import TestAuthority
import Testing

@testable import MartletHTTP

@Suite("Connections of one source", .timeLimit(.minutes(1)))
struct ServerSourceLimitTests {
    @Test("one over the limit is reset, and the next is served when one has gone")
    func overLimit() async throws {
        var configuration = HTTPServer.Configuration(addresses: [.tcp("127.0.0.1", port: 0)])
        configuration.limits.connectionsPerSource = 2
        let handler = ClosureHandler<Request, Response> { _, _ in Response("hello") }
        let server = HTTPServer(configuration, handler: handler)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await server.run() }
            let port = try await server.boundAddresses().first?.port ?? 0
            let client = TCPClient()
            let one = try await client.connect(to: "127.0.0.1", port: port)
            let two = try await client.connect(to: "127.0.0.1", port: port)
            #expect(try await isServed(one))
            #expect(try await isServed(two))
            let third = try? await client.connect(to: "127.0.0.1", port: port)
            #expect(try await !isServed(third))
            one.close()
            while true {
                let fourth = try? await client.connect(to: "127.0.0.1", port: port)
                if try await isServed(fourth) { break }
            }
            group.cancelAll()
            try await group.waitForAll()
        }
    }

    /// Whether a request is answered; a reset may come before the client sees that it is connected.
    private func isServed(_ stream: TCPStream?) async throws -> Bool {
        guard let stream else { return false }
        do {
            try await stream.write(ByteBuffer(string: "GET / HTTP/1.1\r\nHost: a\r\n\r\n"))
            return try await stream.read() != nil
        } catch is TCPError {
            return false
        }
    }

    @Test("one over the limit is reset before its handshake, and counted")
    func beforeTLS() async throws {
        let metrics = TestMetrics()
        var settings = ListenerConfiguration(addresses: [.tcp("127.0.0.1", port: 0)])
        settings.tls = try ServerTLS(try TestAuthority().issue(["localhost"]))
        settings.connectionsPerSource = 1
        settings.metrics = metrics
        let listener = try await Listener.listen(settings, on: .shared) { _ in Idle() }
        let port = listener.addresses.first?.port ?? 0
        let client = TCPClient()
        // Neither speaks TLS: they only connect.
        let first = try await client.connect(to: "127.0.0.1", port: port)
        while listener.connectionCount < 1 { try await Task.sleep(for: .milliseconds(1)) }
        await #expect(throws: TCPError.self) {
            let second = try await client.connect(to: "127.0.0.1", port: port)
            _ = try await second.read()
        }
        #expect(listener.connectionCount == 1)
        let refused = try metrics.expectCounter(
            "server.connections.refused",
            [("reason", "source")]
        )
        #expect(refused.totalValue == 1)
        first.close()
        await listener.stopAccepting()
        listener.closeAll()
        await listener.drain()
    }

    private final class Idle: ConnectionDriver {
        func attached(_ connection: Connection) {}
        func opened(_ connection: Connection) {}
        func received(_ bytes: ByteBuffer) {}
        func inputEnded() {}
        func writabilityChanged() {}
        func closed(_ error: (any Error)?) {}
        func drain() {}
    }
}
