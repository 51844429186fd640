import Logging
import MartletCore
import MartletTransport
import NIOCore
import ServiceLifecycle
import Testing

@testable import MartletHTTP

/// On sockets, whose peers take their time.
@Suite("HTTP/2 on sockets", .timeLimit(.minutes(2)))
struct HTTP2SocketTests {
    /// What a client says that asks for `/`, with windows of 16 MiB; no octet is over 127.
    private static let request: String = {
        let settings = "\0\0\u{6}\u{4}\0\0\0\0\0" + "\0\u{4}\u{1}\0\0\0"
        let window = "\0\0\u{4}\u{8}\0\0\0\0\0" + "\u{1}\0\0\0"
        let fields = [(":method", "GET"), (":scheme", "http"), (":path", "/"), (":authority", "a")]
        let block = fields.map { name, value in
            "\0" + [name, value].map { "\(UnicodeScalar(UInt8($0.utf8.count)))\($0)" }.joined()
        }.joined()
        let length = UnicodeScalar(UInt8(block.utf8.count))
        let headers = "\0\0\(length)\u{1}\u{5}\0\0\0\u{1}" + block
        return String(decoding: HTTP2Preface.bytes, as: UTF8.self) + settings + window + headers
    }()

    @Test("a server that shuts down has its answer taken by a peer that is slow to read")
    func slowAtShutdown() async throws {
        let size = 12_000_000
        var configuration = HTTPServer.Configuration(addresses: [.tcp("127.0.0.1", port: 0)])
        configuration.shutdownGracePeriod = .seconds(60)
        let (asked, asking) = AsyncStream<Void>.makeStream()
        let server = HTTPServer(
            configuration,
            handler: ClosureHandler { _, _ in
                asking.yield()
                return Response(body: Body(ByteBuffer(repeating: 0x61, count: size)))
            }
        )
        let group = ServiceGroup(
            configuration: .init(services: [server], logger: Logger(label: "test"))
        )
        async let running: Void = group.run()
        let port = try await server.boundAddresses().first?.port ?? 0
        let client = try RawClient(port: port)
        try await client.send(Self.request)
        _ = await asked.first { true }
        await group.triggerGracefulShutdown()
        // So slow that the server has the last of it in its own hands for more than a second.
        #expect(try await client.drain(pausing: 30) > size)
        try await running
    }
}
