import NIOCore
import NIOEmbedded
import Testing

@testable import MartletTransport

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#endif

@Suite("A channel's socket", .timeLimit(.minutes(1)))
struct ChannelSocketTests {
    private static func isClosedOnExec(_ socket: ChannelSocket?) throws -> Bool {
        try #require(socket).withDescriptor { fcntl($0, F_GETFD) & FD_CLOEXEC != 0 }
    }

    @Test("connections in and out, and sockets for datagrams, are closed on exec")
    func closedOnExec() async throws {
        let loops = EventLoops(count: 2)
        try await withTCPServer(loops: loops) { stream in
            let isClosed = try Self.isClosedOnExec(stream.connection?.socket)
            try await stream.write(ByteBuffer(string: isClosed ? "y" : "n"))
        } _: { _, port in
            let client = TCPClient()
            for _ in 0..<4 {
                try await client.withConnection(to: "127.0.0.1", port: port) {
                    (stream) async throws in
                    #expect(try await stream.readString(1) == "y")
                    #expect(try Self.isClosedOnExec(stream.connection?.socket))
                }
            }
        }
        try await loops.shutdown()
        try await UDPSocket.withSocket(boundTo: "127.0.0.1") { (socket) async throws in
            #expect(try Self.isClosedOnExec(socket.socket))
        }
    }

    @Test("a program that the process starts does not hold the port")
    func children() async throws {
        var child = pid_t()
        let address = try await withTCPServer(handler: echo) {
            (server, _) async throws in
            let argument = strdup("300")
            let name = strdup("sleep")
            defer {
                free(argument)
                free(name)
            }
            let arguments = [name, argument, nil]
            #expect(posix_spawn(&child, "/bin/sleep", nil, nil, arguments, nil) == 0)
            return try await server.boundAddresses()[0]
        }
        defer {
            kill(child, SIGKILL)
            waitpid(child, nil, 0)
        }
        // The server is gone, and the child lives.
        try await withTCPServer {
            $0.addresses = [address]
        } handler: {
            try await echo($0)
        } _: { (server, _) async throws in
            #expect(try await server.boundAddresses() == [address])
        }
    }

    @Test("a channel without a socket has none")
    func none() throws {
        let channel = EmbeddedChannel()
        #expect(ChannelSocket(of: channel) == nil)
        _ = try channel.finish()
    }
}
