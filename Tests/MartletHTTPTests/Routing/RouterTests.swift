import HTTPTypes
import MartletCore
import MartletHTTP
import NIOCore
import Testing

/// Answers with the route and the parameters that it was given.
private func describe(_ request: Request, _ context: CallContext) -> String {
    let names = ["id", "x", "y", "path"].compactMap { name in
        request.parameters[name].map { "\(name)=\($0)" }
    }
    return ([request.route ?? "none"] + names).joined(separator: " ")
}

private func text(
    _ router: CompiledRouter,
    _ method: HTTPRequest.Method,
    _ target: String
) async throws -> String {
    let response = try await router.handle(Request(method, target), context: CallContext())
    return String(buffer: try await response.body.collect(upTo: 1000))
}

/// The error that a request is answered with.
private func failure(
    _ router: CompiledRouter,
    _ method: HTTPRequest.Method,
    _ target: String
) async -> HTTPError? {
    await #expect(throws: HTTPError.self) {
        try await router.handle(Request(method, target), context: CallContext())
    }
}

@Suite("Router")
struct RouterTests {
    @Test("a literal is preferred to a parameter and a parameter to a catch-all")
    func precedence() async throws {
        var router = Router()
        router.get("/users/{id}", describe)
        router.get("/users/me", describe)
        router.get("/users/{path...}", describe)
        let compiled = try router.compile()
        #expect(try await text(compiled, .get, "/users/me") == "GET /users/me")
        #expect(try await text(compiled, .get, "/users/42?full=1") == "GET /users/{id} id=42")
        #expect(try await text(compiled, .get, "/users/men") == "GET /users/{id} id=men")
        #expect(
            try await text(compiled, .get, "/users/me/x") == "GET /users/{path...} path=me/x"
        )
        #expect(try await text(compiled, .get, "/users/") == "GET /users/{path...} path=")
        #expect(await failure(compiled, .get, "/users")?.status == .notFound)
    }

    @Test("a literal that leads nowhere does not hide a parameter")
    func backtracking() async throws {
        var router = Router()
        router.get("/a/{x}/c", describe)
        router.get("/a/b/d", describe)
        router.get("/{x}/b/{y}/e", describe)
        let compiled = try router.compile()
        #expect(try await text(compiled, .get, "/a/b/c") == "GET /a/{x}/c x=b")
        #expect(try await text(compiled, .get, "/a/b/d") == "GET /a/b/d")
        #expect(try await text(compiled, .get, "/a/b/d/e") == "GET /{x}/b/{y}/e x=a y=d")
        #expect(await failure(compiled, .get, "/a/b/x")?.status == .notFound)
    }

    @Test("a parameter matches one segment that is not empty")
    func parameterSegments() async throws {
        var router = Router()
        router.get("/users/{id}", describe)
        let compiled = try router.compile()
        for path in ["/users/", "/users//", "/users/1/", "/users/1/2", "users/1", "*", ""] {
            #expect(await failure(compiled, .get, path)?.status == .notFound, "\(path)")
        }
    }

    @Test("paths compare in normal form and an encoded slash separates nothing")
    func normalForm() async throws {
        var router = Router()
        router.get("/café/{id}", describe)
        router.get("/a~b", describe)
        router.get("/x%2fy", describe)
        let compiled = try router.compile()
        let accented = "GET /café/{id} id="
        #expect(try await text(compiled, .get, "/caf%c3%A9/a%2Fb") == accented + "a/b")
        #expect(try await text(compiled, .get, "/%63%61f%C3%a9/%41") == accented + "A")
        #expect(try await text(compiled, .get, "/a%7eb") == "GET /a~b")
        #expect(try await text(compiled, .get, "/x%2Fy") == "GET /x%2fy")
        #expect(await failure(compiled, .get, "/x/y")?.status == .notFound)
        #expect(await failure(compiled, .get, "/A~b")?.status == .notFound)
        #expect(await failure(compiled, .get, "/a~b/")?.status == .notFound)
    }

    @Test(
        "a path with a dot segment or a broken octet is refused with 400",
        arguments: [
            "/a/../b", "/a/./b", "/..", "/.", "/a/..?x", "/%2e%2E/etc", "/a/.%2e/b", "/%2e",
            "/a%", "/a%2", "/a%zz", "/a/%?00",
        ]
    )
    func unsafePaths(path: String) async throws {
        var router = Router()
        router.get("/{path...}", describe)
        #expect(await failure(try router.compile(), .get, path)?.status == .badRequest)
    }

    @Test(
        "dots inside a name and dot segments of a query are no dot segments",
        arguments: ["/...", "/a..", "/..a", "/.well-known", "/a?x=/../", "/a?%", "/%2e%2e%2e"]
    )
    func harmlessDots(path: String) async throws {
        var router = Router()
        router.get("/{path...}") { _, _ in "ok" }
        #expect(try await text(try router.compile(), .get, path) == "ok")
    }

    @Test("a known path with another method is answered with 405 and Allow")
    func methodNotAllowed() async throws {
        var router = Router()
        router.get("/users", describe)
        router.post("/users", describe)
        router.on(HTTPRequest.Method("PURGE"), "/users", describe)
        router.delete("/{path...}", describe)
        let compiled = try router.compile()
        let error = await failure(compiled, .delete, "/users")
        #expect(error?.status == .methodNotAllowed)
        #expect(error?.headers[.allow] == "GET, HEAD, POST, OPTIONS, PURGE")
        #expect(try await text(compiled, .delete, "/other") == "DELETE /{path...} path=other")
        let purge = try #require(HTTPRequest.Method("PURGE"))
        #expect(try await text(compiled, purge, "/users") == "PURGE /users")
    }

    @Test("HEAD runs the GET route unless it has its own")
    func automaticHead() async throws {
        var router = Router()
        router.get("/a", describe)
        router.get("/b", describe)
        router.head("/b", describe)
        router.post("/c", describe)
        let compiled = try router.compile()
        #expect(try await text(compiled, .head, "/a") == "GET /a")
        #expect(try await text(compiled, .head, "/b") == "HEAD /b")
        #expect(await failure(compiled, .head, "/c")?.headers[.allow] == "POST, OPTIONS")
    }

    @Test("OPTIONS is answered with 204 and Allow unless it has its own route")
    func automaticOptions() async throws {
        var router = Router()
        router.get("/a", describe)
        router.put("/b", describe)
        router.options("/b", describe)
        let compiled = try router.compile()
        for (target, allow) in [("/a", "GET, HEAD, OPTIONS"), ("*", "GET, HEAD, PUT, OPTIONS")] {
            let response = try await compiled.handle(
                Request(.options, target),
                context: CallContext()
            )
            #expect(response.status == .noContent)
            #expect(response.headers[.allow] == allow)
        }
        #expect(try await text(compiled, .options, "/b") == "OPTIONS /b")
        #expect(await failure(compiled, .options, "/c")?.status == .notFound)
    }

    @Test("a route of any method answers those without a route of their own")
    func anyMethod() async throws {
        var router = Router()
        router.on(nil, "/a", describe)
        router.post("/a", describe)
        let compiled = try router.compile()
        #expect(try await text(compiled, .get, "/a") == "ANY /a")
        #expect(try await text(compiled, .options, "/a") == "ANY /a")
        #expect(try await text(compiled, .head, "/a") == "ANY /a")
        #expect(try await text(compiled, .post, "/a") == "POST /a")
    }

    @Test("a mounted handler gets its prefix and all below it")
    func mounting() async throws {
        var router = Router()
        router.mount("/static", ClosureHandler { Response(describe($0, $1)) })
        router.get("/static/x", describe)
        let compiled = try router.compile()
        #expect(try await text(compiled, .get, "/static") == "ANY /static")
        #expect(try await text(compiled, .put, "/static/") == "ANY /static/{path...} path=")
        #expect(try await text(compiled, .get, "/static/a/b") == "ANY /static/{path...} path=a/b")
        #expect(try await text(compiled, .get, "/static/x") == "GET /static/x")
        #expect(await failure(compiled, .get, "/staticx")?.status == .notFound)
        var root = Router()
        root.mount("/", ClosureHandler { Response(describe($0, $1)) })
        #expect(try await text(try root.compile(), .get, "/a") == "ANY /{path...} path=a")
        #expect(try await text(try root.compile(), .get, "/") == "ANY /{path...} path=")
    }

    @Test("the routes are listed by name in the order of their registration")
    func names() throws {
        var router = Router()
        router.get("/b", describe)
        router.group("/api/{x}") { api in
            api.patch("/a", describe)
            api.delete("", describe)
        }
        router.on(nil, "/c", describe)
        #expect(
            try router.compile().routes
                == ["GET /b", "PATCH /api/{x}/a", "DELETE /api/{x}", "ANY /c"]
        )
    }

    @Test("sixteen parameters are captured")
    func manyParameters() async throws {
        let names = (0..<Router.maximumParameters).map { "p\($0)" }
        var router = Router()
        router.get("/" + names.map { "{\($0)}" }.joined(separator: "/")) { request, _ in
            names.compactMap { request.parameters[$0] }.joined(separator: ",")
        }
        let values = names.map { "v" + $0 }
        let path = "/" + values.joined(separator: "/")
        #expect(try await text(router.compile(), .get, path) == values.joined(separator: ","))
    }
}
