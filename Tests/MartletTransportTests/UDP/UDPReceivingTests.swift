import NIOCore
import Testing

@testable import MartletTransport

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#endif

@Suite("Receiving what came together", .timeLimit(.minutes(1)))
struct UDPReceivingTests {
    /// Has `socket` take what came with a datagram, while its descriptor stands for `other`.
    private func takeRest(of socket: UDPSocket, from other: CInt) async throws {
        try await withCheckedThrowingContinuation { continuation in
            socket.loop.run {
                continuation.resume(
                    with: Result {
                        try socket.socket?.withDescriptor { descriptor in
                            let kept = dup(descriptor)
                            defer {
                                // The same socket under the same number: epoll has not noticed.
                                dup2(kept, descriptor)
                                close(kept)
                            }
                            dup2(other, descriptor)
                            socket.arrivalsEnded()
                        }
                    }
                )
            }
        } as Void?
    }

    @Test("an error that is none of the peer's breaks the socket and says so")
    func failure() async throws {
        try await UDPSocket.withSocket(boundTo: "127.0.0.1") { socket in
            var ends: [CInt] = [0, 0]
            try #require(pipe(&ends) == 0)
            defer { for end in ends { close(end) } }
            try await takeRest(of: socket, from: ends[0])
            let error = await #expect(throws: UDPError.self) { try await socket.receive() }
            #expect(error?.code == .socketFailed)
            #expect((error?.cause as? IOError)?.errnoCode == ENOTSOCK)
        }
    }

    @Test("a datagram of a sender without an internet address is dropped and counted")
    func strangers() async throws {
        try await UDPSocket.withSocket(boundTo: "127.0.0.1") { socket in
            var ends: [CInt] = [0, 0]
            let type = CInt(SOCK_DGRAM.rawValue)
            try #require(socketpair(AF_UNIX, type, 0, &ends) == 0)
            defer { for end in ends { close(end) } }
            for _ in 0..<2 { #expect(send(ends[1], "a", 1, 0) == 1) }
            try await takeRest(of: socket, from: ends[0])
            #expect(socket.statistics.received == 2)
            #expect(socket.statistics.dropped == 2)
            // It works on.
            let own = try #require(socket.localAddress)
            try await socket.send(ByteBuffer(string: "b"), to: own)
            #expect(try await socket.receive()?.payload == ByteBuffer(string: "b"))
        }
    }
}
