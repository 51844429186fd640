import HTTPTypes
import MartletCore
package import MartletHTTP

/// The routes of the console: the page, its feed, and what its buttons do.
package struct Console: Sendable {
    private let supervisor: Supervisor
    private let shop: ShopRelay?

    /// Makes the console of a supervisor.
    ///
    /// - Parameters:
    ///   - supervisor: Whose services to show.
    ///   - client: Reaches the gateway for the shop's form.
    package init(_ supervisor: Supervisor, client: HTTPClient) {
        self.supervisor = supervisor
        shop = supervisor.consoleExtra == .shop ? ShopRelay(supervisor, client: client) : nil
    }

    /// The handler to serve.
    ///
    /// - Returns: The compiled routes.
    /// - Throws: Never in practice: the routes do not conflict.
    package func handler() throws -> CompiledRouter {
        var router = Router()
        router.use(ErrorRendering())
        router.use(SameOrigin())
        router.get("/") { _, _ in ConsolePage.html() }
        router.get("/console.css") { _, _ in ConsolePage.css() }
        router.get("/console.js") { _, _ in ConsolePage.javaScript() }
        router.get("/icon.svg") { _, _ in ConsolePage.icon() }
        let supervisor = supervisor
        router.get("/api/services") { _, _ in
            try Response.json(ConsoleMessages.Status(supervisor))
        }
        let feed = EventFeed(supervisor: supervisor)
        router.get("/api/events") { request, _ in try feed.response(to: request) }
        router.post("/api/services/{name}/{wish}") { request, _ in
            try Self.wish(request, supervisor)
        }
        if let shop {
            router.post("/shop/{path...}", shop)
            router.get("/shop/{path...}", shop)
        }
        return try router.compile()
    }

    private static func wish(
        _ request: Request,
        _ supervisor: Supervisor
    ) throws -> HTTPResponse.Status {
        let name = try request.parameters.require("name", as: String.self)
        let verb = try request.parameters.require("wish", as: String.self)
        guard let wish = Supervisor.Wish(rawValue: verb) else {
            let known = Supervisor.Wish.allCases.map(\.rawValue).joined(separator: ", ")
            throw HTTPError(.notFound, detail: "“\(verb)” is none of \(known).")
        }
        guard supervisor.wish(wish, for: name) else {
            throw HTTPError(.notFound, detail: "There is no service “\(name)”.")
        }
        return .accepted
    }
}
