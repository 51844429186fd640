import MartletTransport
import NIOCore
import Testing

@Suite("What the guide from Go shows of datagrams", .timeLimit(.minutes(1)))
struct DatagramGuideTests {
    @Test("a datagram is answered, and an answer that does not come is not waited for")
    func datagrams() async throws {
        let port = 0
        let server = UDPServer(.init(host: "127.0.0.1", port: port)) { socket in
            for try await datagram in socket.inbound where !datagram.isTruncated {
                try await socket.send(datagram.payload, to: datagram.peer)
            }
        }
        func ask(_ question: String, port: Int, patience: Duration) async throws -> String? {
            let answer = try await UDPSocket.withSocket(
                connectedTo: "127.0.0.1",
                port: port
            ) { socket in
                try await socket.send(ByteBuffer(string: question))
                return try await socket.receive(until: .now + patience)
            }
            return answer.map { String(buffer: $0.payload) }
        }
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await server.run() }
            defer { group.cancelAll() }
            let port = try await server.boundAddress().port
            #expect(try await ask("ping", port: port, patience: .seconds(30)) == "ping")
        }
        try await UDPSocket.withSocket(boundTo: "127.0.0.1") { silent in
            let port = silent.localAddress?.port ?? 0
            let error = await #expect(throws: UDPError.self) {
                try await ask("ping", port: port, patience: .milliseconds(100))
            }
            #expect(error?.code == .receiveTimedOut)
        }
    }
}
