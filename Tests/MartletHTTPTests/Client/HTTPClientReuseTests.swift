import MartletCore
import MartletHTTP
import MartletTransport
import NIOCore
import Synchronization
import TestAuthority
import Testing

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#endif

/// What an upstream sent of its own accord is never taken for the answer to the next request.
@Suite("HTTPClient: what comes unasked on its connections", .timeLimit(.minutes(1)))
struct HTTPClientReuseTests {
    /// What comes on a connection that is idle.
    enum Unasked: CaseIterable, Sendable {
        case response
        case end
    }

    private static func answer(_ text: String) -> String {
        "HTTP/1.1 200 OK\r\nContent-Length: \(text.utf8.count)\r\n\r\n\(text)"
    }

    /// A client with room for one connection on one loop.
    private func withClient(
        _ body: (HTTPClient, Loop) async throws -> Void
    ) async throws {
        let loops = EventLoops(count: 1)
        var configuration = HTTPClient.Configuration()
        configuration.connectionsPerOrigin = 1
        let client = HTTPClient(configuration, loops: loops)
        let result: Result<Void, any Error>
        do {
            try await body(client, try #require(loops.loops.first))
            result = .success(())
        } catch {
            result = .failure(error)
        }
        client.shutdown()
        try await loops.shutdown()
        try result.get()
    }

    private func text(_ response: Response) async throws -> String {
        String(buffer: try await response.body.collect(upTo: 10_000))
    }

    /// Gives what was sent over loopback time to be in the other socket, with the loop held.
    private static func letArrive() {
        poll(nil, 0, 50)
    }

    @Test(
        "what comes while the loop is held closes the connection, and another carries a POST",
        arguments: Unasked.allCases
    )
    func heldLoop(unasked: Unasked) async throws {
        let server = try ScriptedSocket()
        try await withClient { (client, loop) async throws in
            async let served: Void = server.serve(2) { Self.answer("connection \($0)") }
            try await withTaskExecutorPreference(loop) {
                let first = try await client.get(server.base)
                #expect(try await text(first) == "connection 0")
                // The loop reads nothing before the next request is on its way.
                switch unasked {
                case .response: try server.send(Self.answer("surplus"), on: 0)
                case .end: server.closeOutput(on: 0)
                }
                Self.letArrive()
                let second = try await client.post(server.base, body: Body("x"))
                #expect(try await text(second) == "connection 1")
            }
            try await served
        }
    }

    @Test("what comes behind a response is not the answer for who waited for its connection")
    func handedOver() async throws {
        let server = try ScriptedSocket()
        // As much as the first read of a connection takes, so that the rest stays in the socket.
        let head = "HTTP/1.1 200 OK\r\nContent-Length: 2000\r\nX: yz\r\n\r\n"
        let first = head + String(repeating: "a", count: 2000)
        #expect(first.utf8.count == 2048)
        try await withClient { (client, loop) async throws in
            async let served: Void = server.serve(2) { number in
                number == 0
                    ? first + Self.answer("surplus") : Self.answer("connection \(number)")
            }
            try await withTaskExecutorPreference(loop) {
                async let one = client.get(server.base)
                async let two = client.get(server.base)
                let texts = [try await text(try await one), try await text(try await two)]
                #expect(texts.contains("connection 1"))
                #expect(!texts.contains("surplus"))
            }
            try await served
        }
    }

    @Test("what comes while a connection is idle closes it at once", arguments: Unasked.allCases)
    func idle(unasked: Unasked) async throws {
        let server = try ScriptedSocket()
        try await withClient { (client, _) async throws in
            async let served: Void = server.serve(1) { Self.answer("connection \($0)") }
            #expect(try await text(try await client.get(server.base)) == "connection 0")
            try await served
            switch unasked {
            case .response: try server.send(Self.answer("surplus"), on: 0)
            case .end: server.closeOutput(on: 0)
            }
            let rest = try await offLoop("receive") { try server.receiveHead(on: 0) }
            #expect(rest == "")
        }
    }

    @Test(
        "a response whose chunk-size line or trailers dribble fails",
        arguments: ["1;", "0\r\nT: "]
    )
    func dribblingFraming(_ start: String) async throws {
        let server = try ScriptedSocket()
        let loops = EventLoops(count: 1)
        var configuration = HTTPClient.Configuration()
        configuration.framingTimeout = .milliseconds(300)
        let client = HTTPClient(configuration, loops: loops)
        async let served: Void = server.serve(1) { _ in
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n\(start)"
        }
        let response = try await client.get(server.base)
        try await served
        async let dribble: Void = offLoop("dribble") {
            // Until the client has closed.
            for _ in 0..<200 where (try? server.send("a", on: 0)) != nil { Self.letArrive() }
        }
        let error = await #expect(throws: HTTPClientError.self) { _ = try await text(response) }
        #expect(error?.code == .deadlineExceeded)
        client.shutdown()
        try await loops.shutdown()
        try await dribble
    }

    @Test("a TLS connection that its server has closed carries no POST either")
    func closedTLS() async throws {
        let authority = try TestAuthority()
        var configuration = HTTPServer.Configuration(addresses: [.tcp("127.0.0.1", port: 0)])
        configuration.tls = try ServerTLS(authority.issue(["localhost"]))
        let serverLoops = EventLoops(count: 1)
        let server = HTTPServer(
            configuration,
            loops: serverLoops,
            handler: ClosureHandler<Request, Response> { _, _ in Response("hi") }
        )
        let loops = EventLoops(count: 1)
        var settings = HTTPClient.Configuration()
        settings.tls = try ClientTLS(trust: authority.trust)
        let client = HTTPClient(settings, loops: loops)
        let running = AsyncStream<Void>.makeStream()
        let closing = Flag()
        await withTaskGroup(of: Void.self) { group in
            group.addTask {
                await withTaskGroup(of: Void.self) { inner in
                    inner.addTask { try? await server.run() }
                    for await _ in running.stream {}
                    inner.cancelAll()
                }
                // Behind the server's own work there.
                serverLoops.loops.first?.run { closing.set() }
            }
            await withTaskExecutorPreference(loops.any()) {
                do {
                    let port = try await server.boundAddresses().first?.port ?? 0
                    let url = "https://localhost:\(port)/"
                    #expect(try await text(try await client.get(url)) == "hi")
                    running.continuation.finish()
                    // The loop is held while the server closes its connection.
                    for _ in 0..<200 where !closing.isSet {
                        Self.letArrive()
                    }
                    Self.letArrive()
                    let error = await #expect(throws: HTTPClientError.self) {
                        _ = try await client.post(url, body: Body("x"))
                    }
                    #expect(error?.code == .connectFailed)
                } catch {
                    Issue.record(error)
                }
            }
        }
        client.shutdown()
        try await loops.shutdown()
        try await serverLoops.shutdown()
    }
}

/// Something that has happened or not.
private final class Flag: Sendable {
    private let value = Atomic<Bool>(false)

    var isSet: Bool { value.load(ordering: .acquiring) }

    func set() {
        value.store(true, ordering: .releasing)
    }
}
