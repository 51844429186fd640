import HTTPTypes
import MartletCore
import MartletHTTP
import MartletTransport
import NIOCore
import Testing

@Suite("HTTPClient: what servers answer", .timeLimit(.minutes(1)))
struct HTTPClientResponseTests {
    /// The error of getting what a server answers with `text`.
    private func error(
        _ text: String,
        _ configure: (inout HTTPClient.Configuration) -> Void = { _ in }
    ) async throws -> HTTPClientError? {
        var configuration = HTTPClient.Configuration()
        configure(&configuration)
        let client = HTTPClient(configuration)
        defer { client.shutdown() }
        return try await ScriptedServer.run(
            { _ in .sayAndClose(text) },
            { (_, base) async throws in
                await #expect(throws: HTTPClientError.self) {
                    let response = try await client.get(base)
                    _ = try await response.body.collect(upTo: 1_000_000)
                }
            }
        )
    }

    @Test(
        "a malformed response is refused",
        arguments: [
            "HTTP/1.1 200 OK\nContent-Length: 2\n\nok",
            "HTTP/2.0 200 OK\r\n\r\n",
            "hello",
            "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
            "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\nabc",
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\n\r\nabc",
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nabc\r\n",
        ]
    )
    func malformed(_ text: String) async throws {
        let error = try await error(text)
        // What is too short to be wrong is a closed connection.
        #expect(error?.code == (text == "hello" ? .connectionClosed : .malformedResponse))
    }

    @Test(
        "a response that is cut off is an error",
        arguments: [
            "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nabc",
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n",
            "HTTP/1.1 200 OK\r\nConte",
            "",
        ]
    )
    func cutOff(_ text: String) async throws {
        #expect(try await error(text)?.code == .connectionClosed)
    }

    @Test(
        "a response over the limit is refused",
        arguments: [
            "HTTP/1.1 200 OK\r\nContent-Length: 11\r\n\r\n01234567890",
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nb\r\n01234567890\r\n0\r\n\r\n",
            "HTTP/1.1 200 OK\r\n\r\n01234567890",
        ]
    )
    func tooLarge(_ text: String) async throws {
        let error = try await error(text) { $0.responseBodySize = 10 }
        #expect(error?.code == .responseTooLarge)
    }

    @Test("content that ends with the connection is whole, also for a slow reader")
    func slowReader() async throws {
        let text = "HTTP/1.1 200 OK\r\n\r\n" + String(repeating: "a", count: 3_000_000)
        let client = HTTPClient()
        defer { client.shutdown() }
        try await ScriptedServer.run(
            { _ in .sayAndClose(text) },
            { (_, base) async throws in
                let response = try await client.get(base)
                var count = 0
                var pieces = 0
                for try await piece in response.body {
                    count += piece.readableBytes
                    pieces += 1
                    if pieces < 20 { try await Task.sleep(for: .milliseconds(5)) }
                }
                #expect(count == 3_000_000)
            }
        )
    }

    @Test("a response that does not come in time is an error")
    func deadline() async throws {
        let client = HTTPClient()
        defer { client.shutdown() }
        try await ScriptedServer.run(
            { _ in .silence },
            { (server, base) async throws in
                // Long enough to connect, also under the thread sanitizer.
                let context = CallContext(deadline: .now + .seconds(2))
                let error = await #expect(throws: HTTPClientError.self) {
                    _ = try await client.handle(Request(.get, base), context: context)
                }
                #expect(error?.code == .deadlineExceeded)
                #expect(error?.isUnsent == false)
            }
        )
    }

    @Test("a refused connection is told as one on which nothing was sent")
    func refused() async throws {
        let taken = try ClosedPort()
        let base = "http://127.0.0.1:\(taken.number)"
        let client = HTTPClient()
        defer { client.shutdown() }
        let error = await #expect(throws: HTTPClientError.self) {
            _ = try await client.post(base, body: Body("x"))
        }
        #expect(error?.code == .connectFailed)
        #expect(error?.isUnsent == true)
        #expect(error?.description.contains("127.0.0.1:\(taken.number)") == true)
    }

    @Test("TLS that is not established in time is a connect time-out")
    func connectTimeout() async throws {
        var configuration = HTTPClient.Configuration()
        configuration.connectTimeout = .milliseconds(100)
        configuration.tls = try ClientTLS()
        let client = HTTPClient(configuration)
        defer { client.shutdown() }
        let silent = try await SilentListener.make()
        let error = await #expect(throws: HTTPClientError.self) {
            _ = try await client.get("https://127.0.0.1:\(silent.port)")
        }
        #expect(error?.code == .connectTimeout)
        #expect(error?.isUnsent == true)
        await silent.stop()
    }

    @Test(
        "a target that would begin another request is refused",
        arguments: [
            "/a b", "/a\r\nX: y", "/a HTTP/1.1\r\n\r\nGET /b", "/é", "/\u{0}",
        ]
    )
    func target(_ target: String) async throws {
        let client = HTTPClient()
        defer { client.shutdown() }
        let script: ScriptedServer.Script = { _ in .say("HTTP/1.1 204 No Content\r\n\r\n") }
        try await ScriptedServer.run(script) { (server, base) async throws in
            let error = await #expect(throws: HTTPClientError.self) {
                _ = try await client.get(base + target)
            }
            #expect(error?.code == .invalidRequest)
            #expect(error?.isUnsent == true)
            #expect(server.seen.isEmpty)
            #expect(try await client.get(base + "/fine").status == .noContent)
        }
    }

    @Test("what a response's server sends on its own ends the connection")
    func unasked() async throws {
        let client = HTTPClient(loops: .shared)
        defer { client.shutdown() }
        let twice = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
        try await ScriptedServer.run(
            { _ in .say(twice + twice) },
            { (server, base) async throws in
                for _ in 0..<4 { #expect(try await client.get(base).status == .ok) }
                #expect(server.seen.allSatisfy { $0.position == 0 })
            }
        )
    }
}

/// Listens, and says nothing to anybody.
private struct SilentListener {
    let listener: Listener
    var port: Int { listener.addresses.first?.port ?? 0 }

    static func make() async throws -> SilentListener {
        let configuration = ListenerConfiguration(addresses: [.tcp("127.0.0.1", port: 0)])
        return SilentListener(
            listener: try await Listener.listen(configuration, on: .shared) { _ in SilentDriver() }
        )
    }

    func stop() async {
        await listener.stopAccepting()
    }
}

private final class SilentDriver: ConnectionDriver {
    private var connection: Connection?
    func attached(_ connection: Connection) { self.connection = connection }
    func opened(_ connection: Connection) {}
    func received(_ bytes: ByteBuffer) {}
    func inputEnded() { connection?.close() }
    func writabilityChanged() {}
    func closed(_ error: (any Error)?) { connection = nil }
    func drain() {}
}
