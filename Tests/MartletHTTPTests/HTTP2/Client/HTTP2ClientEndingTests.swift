import HTTPTypes
import MartletCore
import MartletTransport
import NIOCore
import Testing

@testable import MartletHTTP

@Suite("HTTP/2 client: what servers end, and how", .timeLimit(.minutes(1)))
struct HTTP2ClientEndingTests {
    private typealias Seen = HTTP2ScriptedServer.Seen

    private func code(
        _ client: HTTPClient,
        _ base: String,
        _ method: HTTPRequest.Method = .post
    ) async -> HTTPClientError.Code? {
        do {
            _ = try await client.send(Request(method, "\(base)/"))
            return nil
        } catch {
            return (error as? HTTPClientError)?.code
        }
    }

    @Test("a request that the server refused is sent again, even a POST, once")
    func refused() async throws {
        try await HTTP2ScriptedServer.run { seen in
            seen.position == 0 ? .reset(.refusedStream) : .status(200)
        } _: { server, base in
            try await withHTTP2Client { client in
                #expect(await code(client, base) == nil)
                #expect(
                    server.seen == [
                        Seen(connection: 0, position: 0), Seen(connection: 0, position: 1),
                    ]
                )
            }
        }
        try await HTTP2ScriptedServer.run { _ in
            .reset(.refusedStream)
        } _: { server, base in
            try await withHTTP2Client { client in
                #expect(await code(client, base) == .connectionClosed)
                #expect(server.seen.count == 2)
            }
        }
    }

    @Test("a request that the server reset for another reason is not sent again")
    func reset() async throws {
        try await HTTP2ScriptedServer.run { _ in
            .reset(.internalError)
        } _: { server, base in
            try await withHTTP2Client { client in
                #expect(await code(client, base, .get) == .streamReset)
                #expect(server.seen.count == 1)
            }
        }
    }

    @Test("a request behind GOAWAY goes to another connection")
    func goAwayBefore() async throws {
        try await HTTP2ScriptedServer.run { seen in
            seen == Seen(connection: 0, position: 1) ? .goAwayBefore : .status(200)
        } _: { server, base in
            try await withHTTP2Client { client in
                #expect(await code(client, base) == nil)
                #expect(await code(client, base) == nil)
                #expect(server.seen.last == Seen(connection: 1, position: 0))
                #expect(server.seen.count == 3)
            }
        }
    }

    @Test("a request before GOAWAY is answered, and the next goes to another connection")
    func goAwayAfter() async throws {
        try await HTTP2ScriptedServer.run { _ in
            .goAwayThenStatus(200)
        } _: { server, base in
            try await withHTTP2Client { client in
                #expect(await code(client, base) == nil)
                #expect(await code(client, base) == nil)
                #expect(server.seen.map(\.connection) == [0, 1])
            }
        }
    }

    @Test("a connection that closes fails its requests; those that may be are sent again")
    func closed() async throws {
        try await HTTP2ScriptedServer.run { seen in
            seen.connection == 0 ? .close : .status(200)
        } _: { _, base in
            try await withHTTP2Client { client in
                #expect(await code(client, base) == .connectionClosed)
                #expect(await code(client, base) == nil)
            }
        }
    }

    @Test(
        "a response that breaks a rule is refused",
        arguments: [
            [], [("content-type", "a")], [(":status", "abc")], [(":status", "101")],
            [(":status", "200"), ("Upper", "a")], [(":status", "200"), ("connection", "close")],
            [(":status", "200"), ("content-length", "5")], [("a", "b"), (":status", "200")],
        ]
    )
    func malformed(fields: [(String, String)]) async throws {
        try await HTTP2ScriptedServer.run { _ in
            .fields(fields, ends: true)
        } _: { _, base in
            try await withHTTP2Client { client in
                #expect(await code(client, base) == .malformedResponse)
            }
        }
    }

    @Test("interim responses are passed over")
    func interim() async throws {
        try await withServer { request, _ in
            Response("\(try await request.body.collect(upTo: 100).readableBytes)")
        } _: { base, _ in
            try await withHTTP2Client { client in
                let response = try await client.post(
                    "\(base)/",
                    headers: [.expect: "100-continue"],
                    body: Body("12345")
                )
                #expect(response.status == .ok)
                #expect(String(buffer: try await response.body.collect(upTo: 10)) == "5")
            }
        }
    }

    @Test("a server that answers no PING is given up; one that does is waited for")
    func ping() async throws {
        func configure(
            _ pingTimeout: Duration
        ) -> (inout HTTPClient.Configuration) -> Void {
            {
                $0.pingInterval = .milliseconds(100)
                $0.pingTimeout = pingTimeout
                $0.responseTimeout = .seconds(4)
            }
        }
        try await HTTP2ScriptedServer.run(isResponsive: false) { _ in
            .silence
        } _: { _, base in
            try await withHTTP2Client(configure(.milliseconds(100))) { client in
                #expect(await code(client, base) == .connectionClosed)
            }
        }
        try await HTTP2ScriptedServer.run { _ in
            .silence
        } _: { _, base in
            try await withHTTP2Client(configure(.seconds(3))) { client in
                #expect(await code(client, base) == .deadlineExceeded)
            }
        }
    }

    @Test("a connection that is idle for too long is closed")
    func idle() async throws {
        try await HTTP2ScriptedServer.run { _ in
            .status(200)
        } _: { server, base in
            try await withHTTP2Client {
                $0.idleTimeout = .milliseconds(100)
            } _: { client in
                #expect(await code(client, base) == nil)
                try await Task.sleep(for: .seconds(2))
                #expect(await code(client, base) == nil)
                #expect(server.seen.map(\.connection) == [0, 1])
            }
        }
    }

    @Test("a server that is not there fails all who wait for the connection")
    func notThere() async throws {
        let port = try ClosedPort()
        try await withHTTP2Client { client in
            await withTaskGroup(of: HTTPClientError.Code?.self) { group in
                for _ in 0..<8 {
                    group.addTask { await code(client, "http://127.0.0.1:\(port.number)") }
                }
                for await code in group { #expect(code == .connectFailed) }
            }
        }
    }
}
