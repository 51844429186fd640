import Martlet
import Synchronization

/// A site to crawl, on a port of its own.
final class Website: Handler {
    private let answer: @Sendable (Request) async throws -> Response
    private let counts = Mutex(Counts())

    struct Counts {
        var paths: [String] = []
        var running = 0
        var mostRunning = 0
    }

    /// The paths that were asked for, in their order, and how many there were at a time.
    var seen: Counts { counts.withLock { $0 } }

    private init(_ answer: @escaping @Sendable (Request) async throws -> Response) {
        self.answer = answer
    }

    /// Serves a site while `body` runs, which gets its address, such as `http://127.0.0.1:4711`.
    static func serve(
        _ answer: @escaping @Sendable (Request) async throws -> Response,
        _ body: (Website, String) async throws -> Void
    ) async throws {
        let site = Website(answer)
        let configuration = HTTPServer.Configuration(addresses: [.tcp("127.0.0.1", port: 0)])
        let server = HTTPServer(configuration, handler: site)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await server.run() }
            let addresses = try await server.boundAddresses()
            try await body(site, "http://127.0.0.1:\(addresses.first?.port ?? 0)")
            group.cancelAll()
        }
    }

    func handle(_ request: Request, context: CallContext) async throws -> Response {
        let isPage = request.target != "/robots.txt"
        counts.withLock { counts in
            counts.paths.append(request.target)
            if isPage { counts.running += 1 }
            counts.mostRunning = max(counts.mostRunning, counts.running)
        }
        defer { if isPage { counts.withLock { $0.running -= 1 } } }
        return try await answer(request)
    }
}

extension Response {
    /// A page that links to some others.
    static func page(_ links: String...) -> Response {
        .page(links)
    }

    /// A page that links to some others.
    static func page(_ links: [String]) -> Response {
        let html = links.map { "<a href=\"\($0)\">\($0)</a>" }.joined()
        return Response(headers: [.contentType: "text/html; charset=utf-8"], body: Body(html))
    }
}
