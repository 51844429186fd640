import Martlet
import ShopModel
import ShopOrder
import Testing

/// The shop at some depth: handlers in this process, or three processes.
protocol Shop: Sendable {
    /// Sends a request to the service that it is for.
    func send(_ request: Request) async throws -> Response
}

/// A card that is good.
let goodCard = "4242 4242 4242 4242"
/// A card that every bank declines.
let badCard = "4000-0000-0000-0002"

/// An order as a customer writes it.
struct NewOrder: Codable, Sendable {
    var userId: String
    var items = [Order.Item(sku: "tea", quantity: 2, unitPriceCents: 450)]
    var card = goodCard
}

extension Shop {
    /// Makes a user.
    func makeUser(
        name: String = "Ada",
        email: String = "\(Identifier.make("ada"))@example.com"
    ) async throws -> User {
        let body = ["name": name, "email": email]
        let response = try await send(Request(.post, "/api/users", json: body))
        #expect(response.status == .created)
        return try await response.json(as: User.self)
    }

    /// Places an order.
    func place(_ order: NewOrder, key: String? = nil) async throws -> Response {
        var request = try Request(.post, "/api/orders", json: order)
        request.headers[IdempotencyKey.field] = key
        return try await send(request)
    }

    /// The order with an id.
    func order(_ id: String) async throws -> Order {
        let response = try await send(Request(.get, "/api/orders/\(id)"))
        #expect(response.status == .ok)
        return try await response.json(as: Order.self)
    }

    /// A page of a user's orders.
    func orders(_ query: String) async throws -> OrderPage {
        let response = try await send(Request(.get, "/api/orders?\(query)"))
        #expect(response.status == .ok)
        return try await response.json(as: OrderPage.self)
    }

    /// Sends JSON text as it is.
    func post(_ path: String, _ json: String) async throws -> Response {
        let headers: Headers = [.contentType: "application/json"]
        return try await send(Request(.post, path, headers: headers, body: Body(json)))
    }
}

/// What a problem document says.
struct Problem: Decodable, Sendable {
    struct Field: Decodable, Sendable {
        var field: String
        var reason: String
    }

    var status: Int
    var detail: String?
    var errors: [Field]?

    /// The bad fields' names, sorted.
    var fields: [String] { (errors ?? []).map(\.field).sorted() }
}

extension Response {
    /// The problem document that this response is.
    func problem() async throws -> Problem {
        #expect(headers[.contentType] == "application/problem+json")
        return try await json(as: Problem.self)
    }
}
