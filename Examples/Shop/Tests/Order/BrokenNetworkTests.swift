import Martlet
import ShopModel
import ShopOrder
import ShopPayment
import Synchronization
import Testing

@Suite("Orders over a broken network")
struct BrokenNetworkTests {
    /// Calls `body` with a shop in which the next call to the payment service goes wrong, and a
    /// user of it.
    private func withShop(
        _ mishap: Mishap,
        _ body: (ShopHandlers, Network, User) async throws -> Void
    ) async throws {
        try await withTemporaryFolder { folder in
            let found = Mutex<Network?>(nil)
            let shop = try ShopHandlers(in: folder) { payments in
                let network = Network(mishap, to: payments)
                found.withLock { $0 = network }
                return network
            }
            let network = try #require(found.withLock { $0 })
            try await body(shop, network, shop.makeUser())
        }
    }

    private func onlyOrder(of user: User, in shop: some Shop) async throws -> Order {
        let orders = try await shop.orders("userId=\(user.id)").orders
        #expect(orders.count == 1)
        return try #require(orders.first)
    }

    @Test(
        "a lost call is 503, and the same order again is paid once",
        arguments: [Mishap.requestLost, .answerLost]
    )
    func again(mishap: Mishap) async throws {
        try await withShop(mishap) { shop, _, user in
            let order = NewOrder(userId: user.id)
            let lost = try await shop.place(order, key: "k")
            #expect(lost.status == .serviceUnavailable)
            #expect(lost.headers[.retryAfter] == "1")
            #expect(try await lost.problem().status == 503)
            #expect(try await onlyOrder(of: user, in: shop).status == .pending)

            let placed = try await shop.place(order, key: "k")
            #expect(placed.status == .created)
            let paid = try await placed.json(as: Order.self)
            let payments = try await shop.paymentStore.payments(reference: paid.id)
            #expect(payments.map(\.id) == [paid.paymentId])
        }
    }

    @Test("an order that was charged before its answer was lost is settled as paid")
    func settlePaid() async throws {
        try await withShop(.answerLost) { shop, _, user in
            _ = try await shop.place(NewOrder(userId: user.id), key: "k")
            #expect(try await shop.settlement.settleOnce() == 1)
            let order = try await onlyOrder(of: user, in: shop)
            #expect(order.status == .paid)
            let payments = try await shop.paymentStore.payments(reference: order.id)
            #expect(payments.map(\.id) == [order.paymentId])
            #expect(try await shop.settlement.settleOnce() == 0)
        }
    }

    @Test("an order that was declined before its answer was lost is settled as declined")
    func settleDeclined() async throws {
        try await withShop(.answerLost) { shop, _, user in
            _ = try await shop.place(NewOrder(userId: user.id, card: badCard), key: "k")
            #expect(try await shop.settlement.settleOnce() == 1)
            #expect(try await onlyOrder(of: user, in: shop).status == .declined)
        }
    }

    @Test("an order that was never charged is cancelled, and can be paid later, once")
    func settleCancelled() async throws {
        try await withShop(.requestLost) { shop, _, user in
            let order = NewOrder(userId: user.id)
            _ = try await shop.place(order, key: "k")
            #expect(try await shop.settlement.settleOnce() == 1)
            let cancelled = try await onlyOrder(of: user, in: shop)
            #expect(cancelled.status == .cancelled)

            // The lost charge arrives after all: its key is closed.
            let charge = Charge(reference: cancelled.id, amountCents: 900, card: goodCard)
            var late = try Request(.post, "/api/payments", json: charge)
            late.headers[IdempotencyKey.field] = "\(cancelled.id).1"
            #expect(try await shop.send(late).status == .conflict)

            let placed = try await shop.place(order, key: "k")
            #expect(placed.status == .created)
            let payments = try await shop.paymentStore.payments(reference: cancelled.id)
            #expect(payments.map(\.status) == [.succeeded])
        }
    }

    @Test("settling while the payment service is down leaves orders pending")
    func settleLater() async throws {
        try await withShop(.requestLost) { shop, network, user in
            _ = try await shop.place(NewOrder(userId: user.id), key: "k")
            network.fail(.requestLost)
            await #expect(throws: HTTPError.self) { try await shop.settlement.settleOnce() }
            #expect(try await onlyOrder(of: user, in: shop).status == .pending)
            #expect(network.arrivals == 0)
        }
    }
}
