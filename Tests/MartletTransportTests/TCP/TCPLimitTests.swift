import NIOCore
import TestAuthority
import Testing

@testable import MartletTransport

@Suite("A TCP server over its limit", .timeLimit(.minutes(1)))
struct TCPLimitTests {
    @Test("lets only so many make a TLS handshake to be refused")
    func handshakes() async throws {
        var configuration = TCPServer.Configuration(addresses: [.tcp("127.0.0.1", port: 0)])
        configuration.tls = try ServerTLS(try TestAuthority().issue(["localhost"]))
        configuration.maximumConnections = 1
        // Nobody is to be given up while the others come, however slow the machine is.
        configuration.limits.handshakeTimeout = .seconds(60)
        let server = TCPServer(configuration) { stream in for try await _ in stream.inbound {} }
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await server.run() }
            let port = try await server.boundAddresses().first?.port ?? 0
            let client = TCPClient()
            var silent: [TCPStream] = []
            for _ in 0..<1 + Listener.refusedHandshakes {
                silent.append(try await client.connect(to: "127.0.0.1", port: port))
            }
            while server.connectionCount < silent.count {
                try Task.checkCancellation()
                await Task.yield()
            }
            // Those before it are waited for; this one is closed, in order or by a reset, which may
            // come before the client has seen that it is connected.
            let last = try? await client.connect(to: "127.0.0.1", port: port)
            let rest = try? await last?.read()
            #expect(rest == ByteBuffer?.none)
            #expect(server.connectionCount == silent.count)
            for stream in silent { stream.abort() }
            last?.abort()
            group.cancelAll()
        }
    }
}
