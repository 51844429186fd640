import Logging
import MartletTransport
import NIOCore
import ServiceLifecycle
import Testing

@testable import Echo

@Suite("Echo", .timeLimit(.minutes(2)))
struct EchoTests {
    private let server = EchoServer(
        host: "127.0.0.1",
        port: 0,
        logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
    )

    /// Runs a server while `body` runs.
    private func with(_ server: some Service, _ body: () async throws -> Void) async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await server.run() }
            try await body()
            group.cancelAll()
        }
    }

    @Test("what goes over TCP comes back, also more than the network holds")
    func overTCP() async throws {
        let tcp = server.overTCP()
        try await with(tcp) {
            let port = try await tcp.boundAddresses().first?.port ?? 0
            let client = EchoClient(host: "127.0.0.1", port: port)
            let long = String(repeating: "0123456789abcdef", count: 1024 * 1024)
            for text in ["hello", "", "two\nlines", long] {
                let answer = try await client.overTCP(text)
                #expect(answer.utf8.count == text.utf8.count)
                #expect(answer == text)
            }
        }
    }

    @Test("what goes over UDP comes back, up to the size of a datagram")
    func overUDP() async throws {
        let udp = server.overUDP()
        try await with(udp) {
            let client = EchoClient(host: "127.0.0.1", port: try await udp.boundAddress().port)
            for text in ["hello", "", String(repeating: "x", count: 1_000)] {
                #expect(try await client.overUDP(text) == text)
            }
            let error = try await #require(throws: UDPError.self) {
                try await client.overUDP(String(repeating: "x", count: 70_000))
            }
            #expect(error.code == .datagramTooLarge)
        }
    }

    @Test("a datagram that is lost is sent again, and answers to something else are ignored")
    func lostDatagram() async throws {
        try await UDPSocket.withSocket(boundTo: "127.0.0.1") { socket in
            let port = try #require(socket.localAddress?.port)
            let client = EchoClient(host: "127.0.0.1", port: port, patience: .milliseconds(1500))
            async let answer = client.overUDP("hello")
            _ = try await socket.receive()
            let second = try #require(try await socket.receive())
            try await socket.send(ByteBuffer(string: "something else"), to: second.peer)
            try await socket.send(second.payload, to: second.peer)
            #expect(try await answer == "hello")
        }
    }

    @Test("a datagram that is never answered is sent three times")
    func noAnswer() async throws {
        try await UDPSocket.withSocket(boundTo: "127.0.0.1") { socket in
            let port = try #require(socket.localAddress?.port)
            let client = EchoClient(host: "127.0.0.1", port: port, patience: .milliseconds(150))
            await #expect(throws: EchoClient.NoAnswer.self) { try await client.overUDP("hello") }
            for _ in 0..<EchoClient.attempts {
                let datagram = try await socket.receive()
                #expect(datagram.map { String(buffer: $0.payload) } == "hello")
            }
            await #expect(throws: UDPError.self) { try await socket.receive(until: .now) }
        }
    }

    @Test("a server does not answer what seems to come from a service")
    func admission() {
        let admitted = EchoServer(host: "127.0.0.1", port: 7007)
        #expect(admitted.admits(port: 40_000))
        #expect(!admitted.admits(port: 7))
        #expect(!admitted.admits(port: 7007))
    }
}
