import HTTPTypes
import Logging
import MartletCore
import MartletGateway
import MartletHTTP
import MartletTransport

/// Whole requests over a socket: what is counted is all that the server does for one.
enum ServerCases {
    /// Runs `body` with the cases while their server runs.
    static func run(_ body: ([AllocationCase]) async throws -> Void) async throws {
        let handler = try router().compile()
        try await serve(handler) { port in
            try await body([
                exchange("GET /hello", port, get("/hello"), ending: "Hello, World!"),
                exchange("GET /users/{id}", port, get("/users/42"), ending: "user 42"),
                exchange("JSON in and out", port, post("/json", json), ending: json),
            ])
            try await runProxied(upstream: port, body)
        }
    }

    /// Runs `body` with the case of a gateway in front of the server at `upstream`.
    ///
    /// The upstream is in this process, so its own part is counted too.
    private static func runProxied(
        upstream: Int,
        _ body: ([AllocationCase]) async throws -> Void
    ) async throws {
        let loops = EventLoops(count: 1)
        let client = HTTPClient(Gateway<HTTPClient>.clientConfiguration(), loops: loops)
        let gateway = try Gateway(upstream: "127.0.0.1:\(upstream)", client: client)
        let name = "GET /hello through the gateway, its upstream included"
        try await serve(gateway, on: loops) { port in
            try await body([exchange(name, port, get("/hello"), ending: "Hello, World!")])
        }
        client.shutdown()
    }

    /// Serves `handler` on a free port of this machine, on one loop, while `body` runs.
    static func serve(
        _ handler: some Handler<Request, Response>,
        on loops: EventLoops = EventLoops(count: 1),
        _ body: (_ port: Int) async throws -> Void
    ) async throws {
        let server = HTTPServer(
            HTTPServer.Configuration(addresses: [.tcp("127.0.0.1", port: 0)]),
            loops: loops,
            logger: Logger(label: "budgets") { _ in SwiftLogNoOpLogHandler() },
            handler: handler
        )
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await server.run() }
            let port = try await server.boundAddresses().first?.port ?? 0
            try await body(port)
            group.cancelAll()
        }
    }

    /// A case that sends `request` over one connection for each of its operations.
    static func exchange(
        _ name: String,
        _ port: Int,
        _ request: String,
        ending: String
    ) throws -> AllocationCase {
        let client = try RawClient(port: port, request: request, ending: ending)
        return AllocationCase(name: name) { try client.exchange($0) }
    }

    static func get(_ path: String) -> String {
        "GET \(path) HTTP/1.1\r\nHost: localhost\r\nUser-Agent: budgets\r\nAccept: */*\r\n\r\n"
    }

    private static func post(_ path: String, _ body: String) -> String {
        "POST \(path) HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
            + "Content-Length: \(body.utf8.count)\r\n\r\n\(body)"
    }

    private static func router() -> Router {
        var router = Router()
        router.get("/hello") { _, _ in "Hello, World!" }
        router.get("/users/{id}") { request, _ in
            "user \(try request.parameters.require("id", as: Int.self))"
        }
        router.post("/json") { request, _ in
            JSONBody(try await request.json(as: Order.self))
        }
        return router
    }

    /// Five fields, one of them a list.
    private struct Order: Codable, Sendable {
        var userId: Int
        var card: String
        var express: Bool
        var weight: Double
        var items: [Int]
    }

    private static let json =
        #"{"userId":42,"card":"4242424242424242","express":true,"weight":1.5,"items":[1,2,3]}"#
}
