import HTTPTypes
import MartletCore
import MartletGateway
import NIOCore
import Testing

@testable import MartletHTTP

@Suite("Fields of a hop")
struct FieldRuleTests {
    private let host = HTTPField.Name(known: "Host")

    private func name(_ text: String) throws -> HTTPField.Name {
        try #require(HTTPField.Name(text))
    }

    /// The names, in lower case, that an upstream sees of a request with `fields`.
    private func passed(_ fields: [(String, String)]) async throws -> Set<String> {
        var request = Request(.get, "http://example.com/")
        for (field, value) in fields { request.headers.append(value, for: try name(field)) }
        let upstreams = FakeUpstreams()
        _ = try await Gateway.make(.single("a:1"), upstreams)
            .handle(request, context: CallContext())
        return Set(try #require(upstreams.requests.first).headers.map { $0.name.lowercased() })
    }

    @Test(
        "fields of the client's hop end at the gateway",
        arguments: [
            "Connection", "Keep-Alive", "Proxy-Connection", "TE", "Transfer-Encoding", "Upgrade",
            "Proxy-Authenticate", "Proxy-Authorization", "Proxy-Authentication-Info", "Proxy",
            "Expect", "keep-ALIVE",
        ]
    )
    func removed(field: String) async throws {
        #expect(try await !passed([(field, "x")]).contains(field.lowercased()))
    }

    @Test(
        "fields of the request itself go on",
        arguments: [
            "Accept", "Authorization", "Cookie", "Content-Type", "Trailer", "X-Request-ID",
            "Traceparent", "Via", "Proxy-Status", "Range", "If-None-Match", "Sec-WebSocket-Key",
        ]
    )
    func kept(field: String) async throws {
        #expect(try await passed([(field, "x")]).contains(field.lowercased()))
    }

    @Test("what Connection names ends at the gateway too, but never Host or the framing")
    func nominated() async throws {
        let names = try await passed([
            ("Connection", "close, X-Secret ,te"), ("X-Secret", "1"), ("X-Other", "2"),
            ("Connection", "x-THIRD, Content-Length, Host"), ("X-Third", "3"),
            ("Content-Length", "0"), ("Host", "example.com"),
        ])
        #expect(names.isDisjoint(with: ["connection", "x-secret", "x-third"]))
        #expect(names.isSuperset(of: ["x-other", "content-length", "host"]))
    }

    @Test("values and order of what goes on are unchanged")
    func values() async throws {
        var request = Request(.get, "http://example.com/")
        request.headers = [
            .te: "trailers", .accept: "a", .cookie: "x=1", .connection: "close", .cookie: "y=2",
            .userAgent: "me",
        ]
        let upstreams = FakeUpstreams()
        _ = try await Gateway.make(.single("a:1"), upstreams)
            .handle(request, context: CallContext())
        let lines = try #require(upstreams.requests.first).headers.map { "\($0.name): \($0.value)" }
        #expect(lines.prefix(4) == ["Accept: a", "Cookie: x=1", "Cookie: y=2", "User-Agent: me"])
    }

    @Test("fields of the upstream's hop end at the gateway")
    func response() async throws {
        let upstreams = FakeUpstreams { _, _ in
            var response = Response("hello")
            response.headers = [
                .contentType: "text/plain", .connection: "close, x-internal",
                .setCookie: "a=1", .setCookie: "b=2", .upgrade: "h2c",
                .transferEncoding: "chunked", .trailer: "X-Sum", .proxyAuthenticate: "Basic",
            ]
            response.headers.append("1", for: .xRequestID)
            if let name = HTTPField.Name("X-Internal") { response.headers[name] = "secret" }
            if let name = HTTPField.Name("Keep-Alive") { response.headers[name] = "timeout=5" }
            return response
        }
        let gateway = try Gateway.make(.single("a:1"), upstreams)
        let response = try await gateway.handle(Request(.get, "/"), context: CallContext())
        #expect(
            response.headers.map(\.name) == [
                "Content-Type", "Set-Cookie", "Set-Cookie", "Trailer", "X-Request-ID",
            ]
        )
        #expect(String(buffer: try await response.body.collect(upTo: 10)) == "hello")
    }

    @Test("a field that came never-indexed goes on never-indexed, in both directions")
    func neverIndexed() async throws {
        let line = Array("x-secret".utf8).withUnsafeBytes { name in
            Array("1".utf8).withUnsafeBytes { value in
                var block = ByteBuffer()
                var encoder = HPACKEncoder()
                encoder.encode("x-open", "2", into: &block)
                encoder.encode(name, value, indexing: .never, into: &block)
                return block
            }
        }
        var fields = HPACKFieldBlock()
        var decoder = HPACKDecoder()
        try decoder.decode(line, into: &fields)
        let headers = Headers(bytes: fields.bytes, slices: fields.slices)
        let upstreams = FakeUpstreams { _, _ in Response(.ok, headers: headers) }
        var configuration = GatewayConfiguration.single("a:1")
        configuration.via = "edge"
        let request = Request(.get, "/", headers: headers)
        let response = try await Gateway.make(configuration, upstreams)
            .handle(request, context: CallContext())
        for passed in [try #require(upstreams.requests.first).headers, response.headers] {
            let flagged = passed.slices.indices.filter { passed.slices[$0].isNeverIndexed }
            #expect(flagged.map { passed.name(at: $0) } == ["x-secret"])
        }
    }

    @Test("Via names the gateway in both directions, when it is asked to")
    func via() async throws {
        var configuration = GatewayConfiguration.single("a:1")
        configuration.via = "edge"
        let upstreams = FakeUpstreams { _, _ in Response(.ok, headers: [.via: "1.1 origin"]) }
        let gateway = try Gateway.make(configuration, upstreams)
        let request = Request(.get, "/", headers: [.via: "1.0 fred"])
        let response = try await gateway.handle(request, context: CallContext())
        #expect(upstreams.requests.first?.headers[.via] == "1.0 fred, 1.1 edge")
        #expect(response.headers[.via] == "1.1 origin, 1.1 edge")
    }

    @Test("the call's identifier replaces the one that the client sent")
    func requestID() async throws {
        var context = CallContext()
        context.requestID = "mine"
        let upstreams = FakeUpstreams()
        let gateway = try Gateway.make(.single("a:1"), upstreams)
        let request = Request(.get, "/", headers: [.xRequestID: "theirs"])
        _ = try await gateway.handle(request, context: context)
        #expect(upstreams.requests.first?.headers[.xRequestID] == "mine")
    }

    @Test("Host is the client's, or the upstream's when the route says so")
    func hostField() async throws {
        let request = Request(.get, "http://example.com/", headers: [host: "example.com"])
        let preserving = FakeUpstreams()
        _ = try await Gateway.make(.single("a:1"), preserving)
            .handle(request, context: CallContext())
        #expect(preserving.requests.first?.headers[host] == "example.com")
        let naming = FakeUpstreams()
        _ = try await Gateway.make(.single("a:1") { $0.hostHeader = .upstream }, naming)
            .handle(request, context: CallContext())
        #expect(naming.requests.first?.headers[host] == nil)
        #expect(naming.requests.first?.authority == "a:1")
    }

    @Test("the authority of an absolute target replaces a Host that differs")
    func absoluteTarget() async throws {
        let request = Request(.get, "http://real.example/", headers: [host: "forged.example"])
        let upstreams = FakeUpstreams()
        _ = try await Gateway.make(.single("a:1"), upstreams)
            .handle(request, context: CallContext())
        #expect(upstreams.requests.first?.headers.values(of: host) == ["real.example"])
    }

    @Test("what the gateway cannot pass on is answered with 501")
    func notImplemented() async throws {
        let gateway = try Gateway.make(.single("a:1"), FakeUpstreams())
        let webSocket = Request(
            .get,
            "/",
            headers: [.connection: "Upgrade", .upgrade: "websocket"]
        )
        let extendedConnect = Request(.get, "/")
        extendedConnect.content.connectProtocol = "websocket"
        let requests = [
            webSocket, extendedConnect, Request(.connect, "a:1"), Request(.trace, "/"),
        ]
        for request in requests {
            #expect(try await gateway.answer(request).status.code == 501)
        }
        let cleartext = Request(.get, "/", headers: [.connection: "Upgrade", .upgrade: "h2c"])
        #expect(try await gateway.answer(cleartext).status == .ok)
    }
}
