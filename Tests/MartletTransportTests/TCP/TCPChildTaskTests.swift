import MartletTransport
import NIOCore
import Testing

@Suite("Tasks that a TCP handler starts", .timeLimit(.minutes(1)))
struct TCPChildTaskTests {
    @Test("a child that began at once and waits for bytes is cancelled with its group")
    func immediateChild() async throws {
        let ended = AsyncStream<String>.makeStream()
        let server = TCPServer(.init(addresses: [.tcp("127.0.0.1", port: 0)])) { stream in
            await withTaskGroup(of: Void.self) { group in
                group.addImmediateTask {
                    do {
                        _ = try await stream.read()
                    } catch {
                        ended.continuation.yield("\(type(of: error))")
                    }
                }
                group.cancelAll()
            }
            try await stream.write(ByteBuffer(string: "done"))
        }
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await server.run() }
            let port = try await server.boundAddresses().first?.port ?? 0
            try await TCPClient().withConnection(to: "127.0.0.1", port: port) { stream in
                let answer = try await stream.read()
                #expect(answer == ByteBuffer(string: "done"))
            }
            group.cancelAll()
        }
        ended.continuation.finish()
        var kinds: [String] = []
        for await kind in ended.stream { kinds.append(kind) }
        #expect(kinds == ["CancellationError"])
    }
}
