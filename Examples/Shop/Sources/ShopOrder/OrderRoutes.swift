package import Martlet
import ShopModel

/// The HTTP face of the orders.
package struct OrderRoutes: Sendable {
    /// The most orders on a page.
    package static let pageLimit = 100
    /// How many orders are on a page when nobody says.
    package static let pageDefault = 20

    private let desk: OrderDesk
    private let store: OrderStore

    package init(desk: OrderDesk, store: OrderStore) {
        self.desk = desk
        self.store = store
    }

    /// Registers the routes.
    package func register(in router: inout Router) {
        router.post("/api/orders") { request, context in try await place(request, context) }
        router.get("/api/orders") { request, _ in try await list(request) }
        router.get("/api/orders/{id}") { request, _ in try await show(request) }
    }

    private func place(_ request: Request, _ context: CallContext) async throws -> Response {
        let key = try IdempotencyKey.read(request) ?? Identifier.make("key")
        let submission = try await request.json(as: OrderSubmission.self)
        let order = try await desk.place(OrderRequest(submission), key: key, context: context)
        var response = try Response.json(order, status: .created)
        response.headers[.location] = "/api/orders/\(order.id)"
        return response
    }

    private func show(_ request: Request) async throws -> Response {
        let id = try request.parameters.require("id", as: String.self)
        guard let record = try await store.record(id: id) else {
            throw HTTPError(.notFound, detail: "There is no order '\(id)'.")
        }
        return try .json(record.order)
    }

    private func list(_ request: Request) async throws -> Response {
        let query = try request.query
        var findings = Findings()
        let userId = findings.text(query["userId"].map(Submitted.value), "userId", upTo: 100)
        var limit = Self.pageDefault
        if let text = query["limit"] {
            let number: Submitted<Int> = Int(text).map(Submitted.value) ?? .mistyped
            limit = findings.integer(number, "limit", in: 1...Self.pageLimit) ?? limit
        }
        try findings.check()
        guard let userId else { throw HTTPError(.badRequest) }
        return try .json(await store.page(userId: userId, after: query["after"], limit: limit))
    }
}
