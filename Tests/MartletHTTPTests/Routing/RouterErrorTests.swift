import MartletHTTP
import Testing

@Suite("Router's refusals")
struct RouterErrorTests {
    private func error(_ build: (inout Router) -> Void) -> RouterError? {
        var router = Router()
        build(&router)
        return #expect(throws: RouterError.self) { try router.compile() }
    }

    @Test("two routes for the same requests are refused with both named")
    func conflicts() {
        let error = error { router in
            router.get("/users/{id}") { _, _ in "" }
            router.group("/users") { $0.get("/{name}") { _, _ in "" } }
        }
        #expect(error?.code == .conflict)
        #expect(
            error?.description
                == "The routes 'GET /users/{id}' and 'GET /users/{name}' answer the same requests."
        )
    }

    @Test(
        "patterns of one shape conflict, however they are written",
        arguments: [
            ("/a", "/a"), ("/a~", "/%61%7E"), ("/x/{a...}", "/x/{b...}"), ("/é", "/%c3%a9"),
        ]
    )
    func sameShape(first: String, second: String) {
        let error = error { router in
            router.on(nil, first) { _, _ in "" }
            router.on(nil, second) { _, _ in "" }
        }
        #expect(error?.code == .conflict)
    }

    @Test("one shape with other names or methods does not conflict")
    func noConflict() throws {
        var router = Router()
        router.get("/users/{id}") { _, _ in "" }
        router.delete("/users/{name}") { _, _ in "" }
        router.get("/users/{id}/") { _, _ in "" }
        router.get("/users/{id...}") { _, _ in "" }
        router.on(nil, "/users/{any}") { _, _ in "" }
        #expect(try router.compile().routes.count == 5)
    }

    @Test("a parameter's name occurs once in a pattern, group and all")
    func duplicateParameters() {
        let error = error { router in
            router.group("/a/{id}") { $0.get("/b/{id}") { _, _ in "" } }
        }
        #expect(error?.code == .duplicateParameter)
        #expect(error?.description.contains("'/a/{id}/b/{id}'") == true)
    }

    @Test("more than sixteen parameters are refused")
    func tooManyParameters() {
        let pattern = (0...Router.maximumParameters).map { "/{p\($0)}" }.joined()
        #expect(error { $0.get(pattern) { _, _ in "" } }?.code == .tooManyParameters)
    }

    @Test(
        "a pattern that is not well-formed is refused and named",
        arguments: [
            "", "users", "/{}", "/{...}", "/{id", "/id}", "/{id}.json", "/v{id}", "/{a b}",
            "/{a...}/b", "/{a..}", "/a/../b", "/./b", "/%2e", "/a%", "/a%2", "/a?b", "/a#b",
        ]
    )
    func invalidPatterns(pattern: String) {
        let error = error { $0.get(pattern) { _, _ in "" } }
        #expect(error?.code == .invalidPattern)
        #expect(error?.description.contains("'\(pattern)'") == true)
    }

    @Test(
        "a group's prefix begins with a slash and ends without",
        arguments: ["api", "/api/", "/"]
    )
    func invalidPrefix(prefix: String) {
        let error = error { router in
            router.group(prefix) { $0.get("/a") { _, _ in "" } }
        }
        #expect(error?.code == .invalidPattern)
        #expect(error?.description.contains("'\(prefix)'") == true)
    }
}
