import Martlet
import ShopModel
import Synchronization
import Testing

/// Something that is said once.
final class Flag: Sendable {
    private let value = Atomic(false)

    var isSet: Bool { value.load(ordering: .relaxed) }

    func set() { value.store(true, ordering: .relaxed) }
}

/// Somebody who orders again and again, and asks again until there is an answer.
struct Customer: Sendable {
    struct GaveUp: Error {}

    /// How often one thing is asked for.
    private static let attempts = 600
    /// How many orders one customer places at most.
    private static let orderLimit = 2_000

    let number: Int
    let shop: any Shop

    /// Places orders until `isOver`.
    ///
    /// - Returns: Every order that was acknowledged.
    func order(until isOver: Flag) async throws -> [Order] {
        let user = try await makeUser()
        var orders: [Order] = []
        while !isOver.isSet, orders.count < Self.orderLimit {
            let order = NewOrder(
                userId: user.id,
                items: [.init(sku: "sku-\(orders.count)", quantity: 1, unitPriceCents: 100)]
            )
            orders.append(try await place(order, key: "customer-\(number)-\(orders.count)"))
        }
        return orders
    }

    private func makeUser() async throws -> User {
        for attempt in 0..<Self.attempts {
            let body = ["name": "Ada", "email": "ada\(number).\(attempt)@example.com"]
            let request = try Request(.post, "/api/users", json: body)
            if let response = try? await shop.send(request), response.status == .created,
                let user = try? await response.json(as: User.self)
            {
                return user
            }
            try await ContinuousClock().sleep(for: .milliseconds(20))
        }
        throw GaveUp()
    }

    private func place(_ order: NewOrder, key: String) async throws -> Order {
        for _ in 0..<Self.attempts {
            if let response = try? await shop.place(order, key: key) {
                switch response.status.code {
                case 201:
                    if let placed = try? await response.json(as: Order.self) { return placed }
                case 409, 503, 504:
                    response.body.discard()
                default:
                    let detail = try await response.problem().detail ?? ""
                    Issue.record("an order was answered with \(response.status): \(detail)")
                    throw GaveUp()
                }
            }
            try await ContinuousClock().sleep(for: .milliseconds(20))
        }
        throw GaveUp()
    }
}
