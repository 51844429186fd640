// What the shop's services say to each other and to their customers, as JSON.

/// A customer.
package struct User: Codable, Hashable, Sendable {
    package var id: String
    package var name: String
    package var email: String
    package var createdAt: String

    package init(id: String, name: String, email: String, createdAt: String) {
        self.id = id
        self.name = name
        self.email = email
        self.createdAt = createdAt
    }
}

/// What became of a charge.
package struct Payment: Codable, Hashable, Sendable {
    /// How a payment ended.
    package enum Status: String, Codable, Sendable {
        /// The card was charged.
        case succeeded
        /// The card network refused.
        case declined
        /// The key was closed before a charge came: nothing will ever be charged under it.
        case voided
    }

    package var id: String
    /// What was paid for: an order.
    package var reference: String
    package var status: Status
    package var amountCents: Int
    package var cardLastFour: String
    package var createdAt: String

    package init(
        id: String,
        reference: String,
        status: Status,
        amountCents: Int,
        cardLastFour: String,
        createdAt: String
    ) {
        self.id = id
        self.reference = reference
        self.status = status
        self.amountCents = amountCents
        self.cardLastFour = cardLastFour
        self.createdAt = createdAt
    }
}

/// A request to charge a card.
package struct Charge: Codable, Hashable, Sendable {
    package var reference: String
    package var amountCents: Int
    package var card: String

    package init(reference: String, amountCents: Int, card: String) {
        self.reference = reference
        self.amountCents = amountCents
        self.card = card
    }
}

/// An order.
package struct Order: Codable, Hashable, Sendable {
    /// Where an order stands.
    package enum Status: String, Codable, Sendable {
        /// Accepted; whether it is paid is not known yet.
        case pending
        /// Paid.
        case paid
        /// The card was declined.
        case declined
        /// Given up before anything was charged.
        case cancelled
    }

    /// One line of an order.
    package struct Item: Codable, Hashable, Sendable {
        package var sku: String
        package var quantity: Int
        package var unitPriceCents: Int

        package init(sku: String, quantity: Int, unitPriceCents: Int) {
            self.sku = sku
            self.quantity = quantity
            self.unitPriceCents = unitPriceCents
        }
    }

    package var id: String
    package var userId: String
    package var status: Status
    package var totalCents: Int
    package var paymentId: String?
    package var items: [Item]
    package var createdAt: String

    package init(
        id: String,
        userId: String,
        status: Status,
        totalCents: Int,
        paymentId: String?,
        items: [Item],
        createdAt: String
    ) {
        self.id = id
        self.userId = userId
        self.status = status
        self.totalCents = totalCents
        self.paymentId = paymentId
        self.items = items
        self.createdAt = createdAt
    }
}

/// A page of a user's orders, oldest first.
package struct OrderPage: Codable, Hashable, Sendable {
    package var orders: [Order]
    /// What to pass as `after` for the next page; nil on the last one.
    package var next: String?

    package init(orders: [Order], next: String?) {
        self.orders = orders
        self.next = next
    }
}
