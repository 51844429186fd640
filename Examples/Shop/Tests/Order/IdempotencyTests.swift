import Martlet
import MartletCore
import ShopModel
import ShopPayment
import Testing

@Suite("The same order twice")
struct IdempotencyTests {
    @Test("the same key charges once and answers the same", arguments: Depth.allCases)
    func replay(depth: Depth) async throws {
        try await depth.withShop { shop in
            let user = try await shop.makeUser()
            let order = NewOrder(userId: user.id)
            let first = try await shop.place(order, key: "k")
            let second = try await shop.place(order, key: "k")
            #expect(first.status == .created)
            #expect(second.status == .created)
            let placed = try await first.json(as: Order.self)
            #expect(try await second.json(as: Order.self) == placed)
            #expect(try await shop.orders("userId=\(user.id)").orders == [placed])
        }
    }

    @Test("without a key every order is a new one")
    func withoutKey() async throws {
        try await Depth.handlers.withShop { shop in
            let user = try await shop.makeUser()
            for _ in 0..<2 { _ = try await shop.place(NewOrder(userId: user.id)) }
            #expect(try await shop.orders("userId=\(user.id)").orders.count == 2)
        }
    }

    @Test("the same key for another order is refused")
    func otherOrder() async throws {
        try await Depth.handlers.withShop { shop in
            let user = try await shop.makeUser()
            let other = try await shop.makeUser()
            let order = NewOrder(userId: user.id)
            #expect(try await shop.place(order, key: "k").status == .created)
            var more = order
            more.items[0].quantity += 1
            for changed in [
                more, NewOrder(userId: other.id), NewOrder(userId: user.id, card: badCard),
            ] {
                let response = try await shop.place(changed, key: "k")
                #expect(response.status.code == 422)
            }
        }
    }

    @Test("a key is 1 to 255 printable characters", arguments: ["", "a b", "ä"])
    func badKey(key: String) async throws {
        try await Depth.handlers.withShop { shop in
            let user = try await shop.makeUser()
            let order = NewOrder(userId: user.id)
            let response = try await shop.place(order, key: key)
            #expect(try await response.problem().fields == ["Idempotency-Key"])
            let longest = String(repeating: "k", count: 255)
            #expect(try await shop.place(order, key: longest).status == .created)
            #expect(try await shop.place(order, key: longest + "k").status == .badRequest)
        }
    }

    @Test("of two orders with one key at the same time one waits its turn")
    func concurrent() async throws {
        try await withTemporaryFolder { folder in
            let clock = ManualClock()
            let shop = try ShopHandlers(in: folder) { payments in
                ClosureHandler { request, context in
                    try await clock.sleep(for: .seconds(1))
                    return try await payments.handle(request, context: context)
                }
            }
            let user = try await shop.makeUser()
            let order = NewOrder(userId: user.id)
            async let first = shop.place(order, key: "k")
            try await clock.waitForSleepers()
            let second = try await shop.place(order, key: "k")
            #expect(second.status == .conflict)
            #expect(second.headers[.retryAfter] == "1")
            clock.advance(by: .seconds(1))
            let placed = try await first
            #expect(placed.status == .created)
            let id = try await placed.json(as: Order.self).id
            #expect(try await shop.place(order, key: "k").status == .created)
            #expect(try await shop.paymentStore.payments(reference: id).count == 1)
        }
    }
}
