import HTTPTypes
import MartletCore
import MartletHTTP

/// Finding a route and calling it; the handlers themselves allocate nothing.
enum RouterCases {
    static func all() throws -> [AllocationCase] {
        var router = Router()
        router.get("/hello") { _, _ in HTTPResponse.Status.noContent }
        router.get("/users/{id}/orders/{order}") { _, _ in HTTPResponse.Status.noContent }
        router.post("/users") { _, _ in HTTPResponse.Status.noContent }
        let compiled = try router.compile()
        return [
            answer("Router: answer a literal path", compiled, "/hello"),
            answer("Router: answer a path with parameters", compiled, "/users/12/orders/34"),
        ]
    }

    private static func answer(
        _ name: String,
        _ handler: CompiledRouter,
        _ target: String
    ) -> AllocationCase {
        let request = Request(.get, target)
        let context = CallContext()
        return AllocationCase(name: name) { count in
            for _ in 0..<count {
                keep(try await handler.handle(request, context: context))
            }
        }
    }
}
