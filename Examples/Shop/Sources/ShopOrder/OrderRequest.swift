import Martlet
package import ShopModel

/// An order whose fields have been checked.
package struct OrderRequest: Sendable {
    /// The most lines in an order.
    package static let itemLimit = 100
    /// The most pieces of one thing.
    package static let quantityLimit = 10_000
    /// The most that one piece can cost: a million, in cents.
    package static let unitPriceLimit = 100_000_000
    /// The most that an order can cost: a hundred million, in cents.
    package static let totalLimit = 10_000_000_000

    package var userId: String
    package var items: [Order.Item]
    package var totalCents: Int
    package var card: CardNumber

    /// Checks a submission.
    ///
    /// - Throws: ``HTTPError`` with 400 that names every bad field.
    package init(_ submission: OrderSubmission) throws {
        var findings = Findings()
        let userId = findings.text(submission.userId, "userId", upTo: 100)
        let items = Self.items(submission.items, &findings)
        let card = findings.card(submission.card, "card")
        let total = items.flatMap(Self.total)
        if items != nil, total == nil {
            findings.add("items", "must not cost more than \(Self.totalLimit) cents together")
        }
        try findings.check()
        guard let userId, let items, let total, let card else { throw HTTPError(.badRequest) }
        self.userId = userId
        self.items = items
        self.totalCents = total
        self.card = card
    }

    /// The lines; nil when one of them is bad.
    private static func items(
        _ submitted: Submitted<[Submitted<OrderSubmission.Item>]>?,
        _ findings: inout Findings
    ) -> [Order.Item]? {
        guard let list = findings.value(submitted, "items") else { return nil }
        guard (1...itemLimit).contains(list.count) else {
            findings.add("items", "must have from 1 to \(itemLimit) entries")
            return nil
        }
        var items: [Order.Item] = []
        for (index, entry) in list.enumerated() {
            let place = "items[\(index)]"
            guard let item = findings.value(entry, place) else { continue }
            let sku = findings.text(item.sku, "\(place).sku", upTo: 64)
            let quantity = findings.integer(
                item.quantity,
                "\(place).quantity",
                in: 1...quantityLimit
            )
            let price = findings.integer(
                item.unitPriceCents,
                "\(place).unitPriceCents",
                in: 0...unitPriceLimit
            )
            if let sku, let quantity, let price {
                items.append(Order.Item(sku: sku, quantity: quantity, unitPriceCents: price))
            }
        }
        return items.count == list.count ? items : nil
    }

    /// What the lines cost together; nil when it is more than the limit.
    private static func total(_ items: [Order.Item]) -> Int? {
        var total = 0
        for item in items {
            let (cost, costOverflows) = item.quantity
                .multipliedReportingOverflow(by: item.unitPriceCents)
            let (sum, sumOverflows) = total.addingReportingOverflow(cost)
            guard !costOverflows, !sumOverflows, sum <= totalLimit else { return nil }
            total = sum
        }
        return total
    }
}
