import HTTPTypes
import MartletCore
import MartletGateway
import MartletHTTP
import NIOCore
import Testing

@Suite("Routes")
struct RoutingTests {
    private func route(
        _ path: String,
        host: String? = nil,
        methods: [HTTPRequest.Method] = [],
        to upstream: String,
        rewrite: String? = nil
    ) -> GatewayRoute {
        GatewayRoute(
            path: path,
            host: host.flatMap { HostPattern($0) },
            methods: methods,
            upstreams: UpstreamAddress(upstream).map { [$0] } ?? [],
            rewrite: rewrite
        )
    }

    /// Where a request ends: the upstream's name, or a status.
    private func end(
        _ routes: [GatewayRoute],
        _ method: HTTPRequest.Method,
        _ url: String
    ) async throws -> String {
        let upstreams = FakeUpstreams()
        let gateway = try Gateway.make(GatewayConfiguration(routes: routes), upstreams)
        let response = try await gateway.answer(Request(method, url))
        return upstreams.authorities.first ?? "\(response.status.code)"
    }

    @Test(
        "the most specific host wins, then the longest prefix, then a named method",
        arguments: [
            ("GET", "http://other.com/", "any"),
            ("GET", "http://other.com/api", "api"),
            ("GET", "http://other.com/api/users", "users"),
            ("GET", "http://other.com/api/users?x=/", "users"),
            ("GET", "http://other.com/api?x", "api"),
            ("GET", "http://other.com/apix", "any"),
            ("POST", "http://other.com/api/things", "post"),
            ("POST", "http://other.com/api/users/1", "users"),
            ("GET", "http://a.example.com/api", "wild"),
            ("GET", "http://a.b.example.com/", "wild"),
            ("GET", "http://x.deep.example.com/", "deep"),
            ("GET", "http://EXAMPLE.com:8080/api/users", "exact"),
            ("GET", "http://example.com./", "exact"), ("GET", "http://example.com.:80/", "exact"),
            ("GET", "http://A.example.com./", "wild"), ("GET", "http://example.com:/", "exact"),
            ("GET", "http://notexample.com/", "any"),
        ]
    )
    func precedence(method: String, url: String, upstream: String) async throws {
        let routes = [
            route("/", to: "any"), route("/api", to: "api"), route("/api/users/", to: "users"),
            route("/api", methods: [.post], to: "post"),
            route("/", host: "*.example.com", to: "wild"),
            route("/", host: "*.deep.example.com", to: "deep"),
            route("/", host: "example.com", to: "exact"),
        ]
        let method = try #require(HTTPRequest.Method(method))
        #expect(try await end(routes, method, url) == upstream)
        #expect(try await end(routes.reversed(), method, url) == upstream)
    }

    @Test("a host without a route for a path leaves it to the next one that matches")
    func fallThrough() async throws {
        let routes = [route("/", to: "any"), route("/only", host: "example.com", to: "only")]
        #expect(try await end(routes, .get, "http://example.com/other") == "any")
        #expect(try await end(routes, .get, "http://example.com/only") == "only")
    }

    @Test(
        "a method that a path does not have goes to a wider route only when that names it",
        arguments: [
            ("GET", "/api/x", "reads"), ("HEAD", "/api/x", "reads"), ("POST", "/api/x", "405"),
            ("PUT", "/api/x", "405"), ("PURGE", "/api/x", "purges"), ("POST", "/", "any"),
            ("GET", "/both", "reader"), ("POST", "/both", "rest"), ("PURGE", "/both", "rest"),
            ("POST", "http://a.b/api", "host"), ("PATCH", "http://a.b/api", "405"),
            ("PURGE", "http://a.b/api", "purges"),
            ("DELETE", "http://a.b/", "405"), ("POST", "http://a.b/", "host"),
        ]
    )
    func fences(method: String, url: String, upstream: String) async throws {
        let routes = [
            route("/api", methods: [.get], to: "reads"), route("/", to: "any"),
            route("/", methods: [try #require(HTTPRequest.Method("PURGE"))], to: "purges"),
            route("/both", methods: [.get], to: "reader"), route("/both", to: "rest"),
            route("/", host: "a.b", methods: [.post], to: "host"),
            route("/api", host: "a.b", methods: [.put], to: "puts"),
        ]
        let method = try #require(HTTPRequest.Method(method))
        #expect(try await end(routes, method, url) == upstream)
        #expect(try await end(routes.reversed(), method, url) == upstream)
    }

    @Test("no route is 404; a wrong method is 405 with those that are right")
    func missing() async throws {
        let configuration = GatewayConfiguration(routes: [
            route("/api", methods: [.get], to: "a"), route("/api", methods: [.post], to: "b"),
        ])
        let gateway = try Gateway.make(configuration, FakeUpstreams())
        let none = try await gateway.answer(Request(.get, "/other"))
        #expect(none.status == .notFound)
        let wrong = try await gateway.answer(Request(.delete, "/api/1"))
        #expect(wrong.status == .methodNotAllowed)
        #expect(wrong.headers[.allow] == "GET, HEAD, POST")
        let fenced = GatewayConfiguration(routes: [
            route("/api", methods: [.get], to: "a"), route("/", methods: [.put], to: "b"),
            route("/", to: "c"),
        ])
        let refused = try await Gateway.make(fenced, FakeUpstreams())
            .answer(Request(.post, "/api"))
        #expect(refused.status == .methodNotAllowed)
        #expect(refused.headers[.allow] == "GET, HEAD, PUT")
    }

    @Test("HEAD goes where GET goes")
    func head() async throws {
        #expect(try await end([route("/", methods: [.get], to: "a")], .head, "/") == "a")
    }

    @Test(
        "names that only look like dot segments pass",
        arguments: ["/a/...", "/.well-known/x", "/a..b", "/a/..b", "/a/b..", "/x?/../"]
    )
    func notDotSegments(target: String) async throws {
        #expect(try await end([route("/a", to: "b"), route("/", to: "b")], .get, target) == "b")
    }

    @Test(
        "a rewriting route replaces the prefix and nothing else",
        arguments: [
            ("/api", "/", "/api/users?x=1", "/users?x=1"), ("/api", "/", "/api", "/"),
            ("/api", "/", "/api?x=1", "/?x=1"), ("/api", "/v1", "/api/users", "/v1/users"),
            ("/api", "/v1/", "/api/", "/v1/"), ("/api", "/v1", "/api?x", "/v1?x"),
            ("/", "/v1", "/users", "/v1/users"), ("/api", "/", "/api//x", "/x"),
        ]
    )
    func rewriting(path: String, rewrite: String, target: String, sent: String) async throws {
        let upstreams = FakeUpstreams()
        let configuration = GatewayConfiguration(routes: [
            route(path, to: "a", rewrite: rewrite)
        ])
        _ = try await Gateway.make(configuration, upstreams)
            .handle(Request(.get, target), context: CallContext())
        #expect(upstreams.requests.first?.target == sent)
    }

    @Test(
        "what is left of a path without its prefix is a path, and the query stays",
        arguments: [
            ("/api", "/"), ("/api/", "/"), ("/api//", "/"), ("/api//x?//y", "/x?//y"),
            ("/%61pi///x", "/x"), ("/api;v=1", "/"), ("/api;v=1/x;w", "/x;w"), ("/api;v?a", "/?a"),
            ("//api/./?", "/?"), ("/api/x/..", "/"), ("/api/x/../..//api//evil.com/", "/evil.com/"),
        ]
    )
    func stripping(target: String, sent: String) async throws {
        for (rewrite, path) in [("/", ""), ("/v1", "/v1"), ("/v1/", "/v1")] {
            let upstreams = FakeUpstreams()
            let routes = [route("/api/", to: "a", rewrite: rewrite)]
            let gateway = try Gateway.make(GatewayConfiguration(routes: routes), upstreams)
            _ = try await gateway.handle(Request(.get, target), context: CallContext())
            let seen = upstreams.requests.first?.target ?? ""
            // Without a slash after the prefix, a path of the rewritten one has none either.
            #expect([path + sent, path + sent.dropFirst()].contains(seen), "\(rewrite)")
            #expect(seen.hasPrefix("/") && !seen.prefix { $0 != "?" }.contains("//"))
        }
    }

    @Test("routes that nothing tells apart are refused, and both are named")
    func conflicts() {
        let same = [route("/api", to: "a"), route("/api/", to: "b")]
        let error = #expect(throws: GatewayConfigurationError.self) {
            try RoutingTable(GatewayConfiguration(routes: same))
        }
        let message = "routes[1]: matches the same requests as routes[0]"
        #expect(error?.description.contains(message) == true)
        let overlapping = [
            route("/", methods: [.get, .post], to: "a"), route("/", methods: [.post], to: "b"),
        ]
        #expect(throws: GatewayConfigurationError.self) {
            try RoutingTable(GatewayConfiguration(routes: overlapping))
        }
        let distinct = [
            route("/", methods: [.get], to: "a"), route("/", methods: [.post], to: "b"),
            route("/", to: "c"), route("/", host: "x.y", to: "d"),
        ]
        #expect(throws: Never.self) { try RoutingTable(GatewayConfiguration(routes: distinct)) }
    }

    @Test("the gateway answers its own health path, and an unlimited one passes it on")
    func health() async throws {
        let upstreams = FakeUpstreams()
        let gateway = try Gateway.make(.single("a:1"), upstreams)
        #expect(try await gateway.answer(Request(.get, "/-/health")).status == .ok)
        #expect(try await gateway.answer(Request(.post, "/-/health")).status == .methodNotAllowed)
        #expect(upstreams.requests.isEmpty)
    }

    @Test("the gateway says how many requests it has passed on")
    func stats() async throws {
        let gateway = try Gateway.make(.single("a:1"), FakeUpstreams())
        for path in ["/one", "/-/health", "/two"] {
            _ = try await gateway.answer(Request(.get, path))
        }
        let stats = try await gateway.answer(Request(.get, "/-/stats"))
        let text = stats.body.whole.map { String(buffer: $0) }
        #expect(text == #"{"requests":2,"configuration":"current"}"#)
    }
}
