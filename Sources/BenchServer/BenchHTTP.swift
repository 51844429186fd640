import ArgumentParser
import HTTPTypes
import Logging
import MartletCore
import MartletHTTP
import MartletTransport

/// Serves plain text, JSON, an echo and a parameter over HTTP.
struct BenchHTTP: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "http",
        abstract: "Serve GET /hello, GET /json, POST /echo and GET /users/{id}."
    )

    @Option(help: "The TCP port to listen on; 0 takes a free one.")
    var port = 8080

    @Option(help: "The number of event loops; one a core unless given.")
    var threads: Int?

    @Flag(help: "Put request ID, access log to nowhere, metrics, deadline and CORS in front.")
    var stack = false

    @Flag(help: "Answer GET /hello from a handler that may suspend: every request has a task.")
    var tasks = false

    func run() async throws {
        let loops = threads.map { EventLoops(count: $0) } ?? .shared
        var configuration = HTTPServer.Configuration(addresses: [.tcp("127.0.0.1", port: port)])
        configuration.limits.connections = 20_000
        var routes = routes()
        if stack {
            Self.addStack(to: &routes)
        }
        let server = HTTPServer(configuration, loops: loops, handler: try routes.compile())
        try await server.run()
    }

    private static func addStack(to router: inout Router) {
        router.use(RequestID())
        router.use(AccessLog(logger: Logger(label: "bench") { _ in LogToNowhere() }))
        router.use(ServerMetrics())
        router.use(Deadline())
        router.use(CORS())
    }

    private func routes() -> Router {
        var router = Router()
        if tasks {
            let answer: @Sendable (Request, CallContext) async throws -> String = { _, _ in
                "Hello, World!"
            }
            router.get("/hello", answer)
        } else {
            router.get("/hello") { _, _ in "Hello, World!" }
        }
        router.get("/json") { _, _ in JSONBody(Person.ada) }
        router.post("/echo") { request, _ in
            Response(body: Body(try await request.body.collect(upTo: 16 * 1024 * 1024)))
        }
        router.get("/users/{id}") { request, _ in
            "user \(try request.parameters.require("id", as: Int.self))"
        }
        return router
    }
}
