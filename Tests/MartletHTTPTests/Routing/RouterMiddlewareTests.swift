import HTTPTypes
import MartletCore
import MartletHTTP
import Testing

/// Adds its name to `Via`, the outermost last, and notes the route that it saw.
private struct Mark: Middleware {
    let name: String

    func intercept(
        _ request: Request,
        context: CallContext,
        next: some Handler<Request, Response>
    ) async throws -> Response {
        do {
            var response = try await next.handle(request, context: context)
            response.headers.append("\(name):\(request.route ?? "-")", for: .via)
            return response
        } catch var error as HTTPError {
            error.headers.append("\(name):\(request.route ?? "-")", for: .via)
            throw error
        }
    }
}

@Suite("Router's middleware")
struct RouterMiddlewareTests {
    private func via(
        _ router: Router,
        _ method: HTTPRequest.Method,
        _ target: String
    ) async throws -> [String] {
        do {
            return try await router.compile()
                .handle(Request(method, target), context: CallContext())
                .headers.values(of: .via)
        } catch let error as HTTPError {
            return error.headers.values(of: .via)
        }
    }

    private func router() -> Router {
        var router = Router()
        router.get("/plain") { _, _ in "" }
        router.use(Mark(name: "first"))
        router.use(Mark(name: "second"))
        router.group("/api", middleware: Mark(name: "outer").around(Mark(name: "inner"))) { api in
            api.get("/a") { _, _ in "" }
            api.group("/deep") { deep in
                deep.get("/b") { _, _ in "" }
                deep.use(Mark(name: "deep"))
            }
        }
        router.group(middleware: Mark(name: "bare")) { $0.get("/c") { _, _ in "" } }
        return router
    }

    @Test("a router's middleware is around all its routes, the first outermost")
    func use() async throws {
        #expect(
            try await via(router(), .get, "/plain") == ["second:GET /plain", "first:GET /plain"]
        )
    }

    @Test("a group's middleware is inside the router's and around the group's routes only")
    func groups() async throws {
        let names = try await via(router(), .get, "/api/a").map { $0.prefix { $0 != ":" } }
        #expect(names == ["inner", "outer", "second", "first"])
        let deep = try await via(router(), .get, "/api/deep/b").map { $0.prefix { $0 != ":" } }
        #expect(deep == ["deep", "inner", "outer", "second", "first"])
        let bare = try await via(router(), .get, "/c").map { $0.prefix { $0 != ":" } }
        #expect(bare == ["bare", "second", "first"])
    }

    @Test("what the router answers itself passes through middleware too")
    func ownAnswers() async throws {
        #expect(try await via(router(), .get, "/none") == ["second:-", "first:-"])
        #expect(try await via(router(), .get, "/..") == ["second:-", "first:-"])
        #expect(try await via(router(), .options, "*") == ["second:-", "first:-"])
        let options = try await via(router(), .options, "/api/a")
        #expect(options == ["inner:-", "outer:-", "second:-", "first:-"])
        #expect(try await via(router(), .put, "/api/a") == options)
    }
}
