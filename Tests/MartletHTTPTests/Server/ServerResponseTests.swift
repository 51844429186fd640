import HTTPTypes
import MartletCore
import MartletHTTP
import NIOCore
import Synchronization
import Testing

@Suite("Server connections: responses")
struct ServerResponseTests {
    private static func get(_ target: String, _ fields: String = "") -> String {
        "GET \(target) HTTP/1.1\r\nHost: h\r\n\(fields)\r\n"
    }

    /// What a server sends for `response` to `request`, and whether the connection stays.
    private func sent(
        _ response: @escaping @Sendable () -> Response,
        to request: String = get("/")
    ) throws -> (text: String, isOpen: Bool) {
        var outcome = (text: "", isOpen: false)
        try VirtualServer.run(
            handler: { _, _ in response() },
            { (server) throws in
                outcome.text = try server.send(request)
                outcome.isOpen = server.isOpen
            }
        )
        return outcome
    }

    private static let streamed = Body { writer in
        try await writer.write("hello")
        try await writer.write("")
        try await writer.write(", world")
    }

    @Test("a streamed response is chunked, and its trailers follow")
    func chunked() throws {
        let (text, isOpen) = try sent {
            Response(
                body: Body { writer in
                    try await writer.write("hello")
                    try await writer.write(ByteBuffer(repeating: 0x61, count: 17))
                    writer.setTrailers([.eTag: "\"1\"", .contentType: "a/b", .contentLength: "9"])
                }
            )
        }
        #expect(
            text == """
                HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n11\r\n\
                aaaaaaaaaaaaaaaaa\r\n0\r\nETag: "1"\r\n\r\n
                """
        )
        #expect(isOpen)
    }

    @Test("fields that speak of hops or of the whole message are no trailers")
    func forbiddenTrailers() throws {
        let (text, _) = try sent {
            Response(
                body: Body { writer in
                    try await writer.write("a")
                    writer.setTrailers([
                        .proxyAuthorization: "x", .location: "/", .via: "x", .contentRange: "x",
                        .wwwAuthenticate: "x", .xForwardedFor: "6.6.6.6", .forwarded: "for=6.6.6.6",
                        .eTag: "kept",
                    ])
                }
            )
        }
        #expect(text.hasSuffix("1\r\na\r\n0\r\nETag: kept\r\n\r\n"))
    }

    @Test("the answer to HEAD does not invent a length")
    func headWithoutLength() throws {
        let (text, isOpen) = try sent({ Response(.ok) }, to: "HEAD / HTTP/1.1\r\nHost: h\r\n\r\n")
        #expect(text == "HTTP/1.1 200 OK\r\n\r\n")
        #expect(isOpen)
    }

    @Test("a streamed response to HTTP/1.0 ends with the connection")
    func untilClose() throws {
        let (text, isOpen) = try sent(
            { Response(body: Self.streamed) },
            to: "GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n"
        )
        #expect(text == "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\nhello, world")
        #expect(!isOpen)
    }

    @Test("a streamed response of a known length is not chunked")
    func knownLength() throws {
        let (text, isOpen) = try sent {
            Response(
                body: Body(length: 5) { writer in
                    try await writer.write("ab")
                    try await writer.write("cde")
                }
            )
        }
        #expect(text == "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nabcde")
        #expect(isOpen)
    }

    @Test("a response longer or shorter than it said is cut off", arguments: ["abcd", "ab"])
    func wrongLength(_ content: String) throws {
        let (text, isOpen) = try sent {
            Response(
                body: Body(length: 3) { writer in
                    try await writer.write("a")
                    try await writer.write(String(content.dropFirst()))
                }
            )
        }
        #expect(text.hasPrefix("HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\na"))
        #expect(!text.hasSuffix("abcd"))
        #expect(!isOpen)
    }

    @Test("a body that throws is cut off")
    func throwing() throws {
        let (text, isOpen) = try sent {
            Response(
                body: Body { writer in
                    try await writer.write("a")
                    throw HTTPError(.badGateway)
                }
            )
        }
        #expect(text.hasSuffix("\r\n\r\n1\r\na\r\n"))
        #expect(!isOpen)
    }

    @Test("the answer to HEAD has the head only")
    func head() throws {
        let request = "HEAD / HTTP/1.1\r\nHost: h\r\n\r\n"
        let whole = try sent({ Response(body: Body("hello")) }, to: request)
        #expect(whole.text == "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n")
        let streamed = try sent({ Response(body: Self.streamed) }, to: request)
        #expect(streamed.text == "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
        let declared = try sent(
            { Response(headers: [.contentLength: "12"]) },
            to: request
        )
        #expect(declared.text == "HTTP/1.1 200 OK\r\nContent-Length: 12\r\n\r\n")
        #expect(whole.isOpen && streamed.isOpen && declared.isOpen)
    }

    @Test("204 and 304 have no content", arguments: [HTTPResponse.Status.noContent, .notModified])
    func noContent(_ status: HTTPResponse.Status) throws {
        for body in [Body("hello"), Self.streamed] {
            let (text, isOpen) = try sent { Response(status, body: body) }
            #expect(text == "HTTP/1.1 \(status.code) \(status.reasonPhrase)\r\n\r\n")
            #expect(isOpen)
        }
    }

    @Test("a handler's framing fields are not sent, and no value ends its line")
    func injection() throws {
        let (text, _) = try sent {
            var headers: Headers = [
                .contentLength: "99", .transferEncoding: "gzip", .connection: "close",
                .location: "/a\r\nSet-Cookie: a=b\r\n\r\nHTTP/1.1 200 OK\u{0}",
            ]
            headers.append("1", for: .eTag)
            return Response(
                .init(code: 299, reasonPhrase: "a\r\nX: y"),
                headers: headers,
                body: Body("hi")
            )
        }
        let lines = text.split(separator: "\r\n", omittingEmptySubsequences: false)
        #expect(lines.count == 6)
        #expect(lines[0].hasPrefix("HTTP/1.1 299 a"))
        #expect(lines[1].hasPrefix("Location: /a  Set-Cookie: a=b    HTTP/1.1 200 OK"))
        #expect(lines[2...] == ["ETag: 1", "Content-Length: 2", "", "hi"])
    }

    @Test("an error that a handler throws is rendered; an unknown one says nothing of itself")
    func errors() throws {
        for (error, status) in [
            (HTTPError(.notFound) as any Error, 404), (UnknownError(), 500),
            (CancellationError(), 503),
        ] {
            try VirtualServer.run(
                handler: { _, _ in throw error },
                { (server) throws in
                    let answer = try server.send(Self.get("/"))
                    #expect(answer.hasPrefix("HTTP/1.1 \(status) "))
                    #expect(!answer.contains("secret"))
                    #expect(server.isOpen)
                }
            )
        }
    }

    private struct UnknownError: Error {
        let secret = "secret"
    }

    @Test("a writer that was kept writes nothing between two responses")
    func keptWriter() throws {
        let kept = Mutex<BodyWriter?>(nil)
        let failure = Mutex<Bool>(false)
        try VirtualServer.run(
            handler: { request, _ in
                if request.target == "/late" {
                    do {
                        try await kept.withLock { $0 }?.write("smuggled")
                    } catch {
                        failure.withLock { $0 = true }
                    }
                    return Response(body: Body("ok"))
                }
                return Response(
                    body: Body { writer in
                        kept.withLock { $0 = writer }
                        try await writer.write("a")
                    }
                )
            },
            { (server) throws in
                try server.send(Self.get("/"))
                let late = try server.send(Self.get("/late"))
                #expect(late == "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")
                #expect(failure.withLock { $0 })
            }
        )
    }

    @Test("a large answer leaves as it is made, not all at the end of the turn")
    func gatheredOutput() throws {
        // The content of a thousand answers, each small enough to be gathered.
        let body = ByteBuffer(repeating: 0x61, count: 10_000)
        try VirtualServer.run(
            handler: { _, _ in Response(body: Body(body)) },
            { (server) throws in
                let text = try server.send(String(repeating: Self.get("/"), count: 100))
                #expect(text.utf8.count > 1_000_000)
                #expect(server.largestWrite < 128 * 1024)
            }
        )
    }
}
