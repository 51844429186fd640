import Foundation
package import GRDB
package import ShopModel

/// An order as the order service keeps it.
package struct OrderRecord: Sendable {
    package var order: Order
    /// The key that the customer gave, or that was made for the request.
    package var idempotencyKey: String
    /// How often the order has been opened: 1, and one more each time a cancelled one is retried.
    package var attempt: Int
    /// All that is kept of the card.
    package var cardLastFour: String

    /// The key that the payment service charges this attempt under.
    package var paymentKey: String { "\(order.id).\(attempt)" }

    /// Whether a request asks for the same thing as this order.
    package func matches(_ request: OrderRequest) -> Bool {
        order.userId == request.userId && order.items == request.items
            && cardLastFour == request.card.lastFour
    }

    /// The lines as one column of JSON, because they are only ever read together.
    static func encode(_ items: [Order.Item]) throws -> String {
        String(decoding: try JSONEncoder().encode(items), as: UTF8.self)
    }

    private static func decode(_ text: String) throws -> [Order.Item] {
        try JSONDecoder().decode([Order.Item].self, from: Data(text.utf8))
    }
}

extension OrderRecord: FetchableRecord {
    package init(row: Row) throws {
        order = Order(
            id: row["id"],
            userId: row["userId"],
            status: Order.Status(rawValue: row["status"]) ?? .pending,
            totalCents: row["totalCents"],
            paymentId: row["paymentId"],
            items: try Self.decode(row["items"]),
            createdAt: row["createdAt"]
        )
        idempotencyKey = row["idempotencyKey"]
        attempt = row["attempt"]
        cardLastFour = row["cardLastFour"]
    }
}
