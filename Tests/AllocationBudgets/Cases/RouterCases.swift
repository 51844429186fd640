import HTTPTypes
import MartletCore
import MartletHTTP

/// Finding a route and calling it, as a server does; the handlers themselves allocate nothing.
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
        let content = RequestContent(
            method: .get,
            target: target,
            scheme: "http",
            authority: "localhost",
            headers: Headers(),
            body: Body(),
            peer: nil
        )
        let request = Request(.get, target)
        let context = CallContext()
        return AllocationCase(name: name) { count in
            for _ in 0..<count {
                guard case .synchronous(let found) = handler.resolve(content, scope: nil) else {
                    throw CancellationError()
                }
                keep(try found.respond(to: request, context: context))
            }
        }
    }
}
