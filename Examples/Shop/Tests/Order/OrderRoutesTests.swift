import Martlet
import ShopModel
import ShopOrder
import Testing

@Suite("Orders")
struct OrderRoutesTests {
    @Test("an order is paid, named by Location, and found again", arguments: Depth.allCases)
    func place(depth: Depth) async throws {
        try await depth.withShop { shop in
            let user = try await shop.makeUser()
            var order = NewOrder(userId: user.id)
            order.items.append(.init(sku: "cup", quantity: 1, unitPriceCents: 1_200))
            let response = try await shop.place(order)
            #expect(response.status == .created)
            let placed = try await response.json(as: Order.self)
            #expect(response.headers[.location] == "/api/orders/\(placed.id)")
            #expect(placed.status == .paid)
            #expect(placed.totalCents == 2_100)
            #expect(placed.items == order.items)
            let paymentId = try #require(placed.paymentId)
            #expect(try await shop.order(placed.id) == placed)

            let payment = try await shop.send(Request(.get, "/api/payments/\(paymentId)"))
            let paid = try await payment.json(as: Payment.self)
            #expect(paid.amountCents == 2_100)
            #expect(paid.reference == placed.id)
            #expect(paid.cardLastFour == "4242")
        }
    }

    @Test("a declined card is 402, and so is the same order again", arguments: Depth.allCases)
    func declined(depth: Depth) async throws {
        try await depth.withShop { shop in
            let user = try await shop.makeUser()
            let order = NewOrder(userId: user.id, card: badCard)
            for _ in 0..<2 {
                let response = try await shop.place(order, key: "k")
                #expect(response.status.code == 402)
                #expect(try await response.problem().fields == ["card"])
            }
            let page = try await shop.orders("userId=\(user.id)")
            #expect(page.orders.map(\.status) == [.declined])
        }
    }

    @Test("an unknown user is 422", arguments: ["usr_0", "../payments/x", "a b", "é"])
    func unknownUser(id: String) async throws {
        try await Depth.handlers.withShop { shop in
            let response = try await shop.place(NewOrder(userId: id))
            #expect(response.status.code == 422)
            #expect(try await response.problem().fields == ["userId"])
        }
    }

    @Test(
        "every bad field is named",
        arguments: [
            (#"{}"#, ["card", "items", "userId"]),
            (#"{"userId": 7, "items": {}, "card": 42}"#, ["card", "items", "userId"]),
            (#"{"userId": "u", "items": [], "card": "4242424242424242"}"#, ["items"]),
            (
                #"""
                {"userId": "u", "card": "42", "items": [
                    {"sku": "", "quantity": 0, "unitPriceCents": -1},
                    {"sku": "tea", "quantity": 1, "unitPriceCents": 1},
                    7,
                    {"quantity": "two", "unitPriceCents": 1.5}]}
                """#,
                [
                    "card", "items[0].quantity", "items[0].sku", "items[0].unitPriceCents",
                    "items[2]", "items[3].quantity", "items[3].sku", "items[3].unitPriceCents",
                ]
            ),
            (
                #"""
                {"userId": "u", "card": "4242424242424242", "items": [
                    {"sku": "tea", "quantity": 10001, "unitPriceCents": 100000001},
                    {"sku": "tea", "quantity": 9223372036854775807,
                        "unitPriceCents": 9223372036854775808}]}
                """#,
                [
                    "items[0].quantity", "items[0].unitPriceCents", "items[1].quantity",
                    "items[1].unitPriceCents",
                ]
            ),
            (
                #"""
                {"userId": "u", "card": "4242424242424242", "items": [
                    {"sku": "gold", "quantity": 101, "unitPriceCents": 100000000}]}
                """#,
                ["items"]
            ),
        ]
    )
    func badFields(json: String, fields: [String]) async throws {
        try await Depth.handlers.withShop { shop in
            let response = try await shop.post("/api/orders", json)
            #expect(response.status == .badRequest)
            #expect(try await response.problem().fields == fields)
        }
    }

    @Test("an order has at most 100 lines")
    func lineLimit() async throws {
        try await Depth.handlers.withShop { shop in
            let user = try await shop.makeUser()
            let line = Order.Item(sku: "tea", quantity: 1, unitPriceCents: 1)
            var order = NewOrder(userId: user.id, items: Array(repeating: line, count: 100))
            #expect(try await shop.place(order).status == .created)
            order.items.append(line)
            #expect(try await shop.place(order).problem().fields == ["items"])
        }
    }

    @Test("a user's orders come in pages")
    func pages() async throws {
        try await Depth.handlers.withShop { shop in
            let user = try await shop.makeUser()
            let other = try await shop.makeUser()
            var ids: [String] = []
            for _ in 0..<5 {
                let placed = try await shop.place(NewOrder(userId: user.id))
                ids.append(try await placed.json(as: Order.self).id)
                _ = try await shop.place(NewOrder(userId: other.id))
            }
            var found: [String] = []
            var query = "userId=\(user.id)&limit=2"
            for _ in 0..<3 {
                let page = try await shop.orders(query)
                #expect(page.orders.count <= 2)
                found += page.orders.map(\.id)
                guard let next = page.next else { break }
                query = "userId=\(user.id)&limit=2&after=\(next)"
            }
            #expect(found == ids)
            #expect(try await shop.orders("userId=\(user.id)").next == nil)
            #expect(try await shop.orders("userId=nobody").orders.isEmpty)
        }
    }

    @Test(
        "a list needs a user and a sensible limit",
        arguments: [
            ("", ["userId"]), ("?userId=", ["userId"]), ("?userId=u&limit=0", ["limit"]),
            ("?userId=u&limit=101", ["limit"]), ("?limit=x", ["limit", "userId"]),
        ]
    )
    func badList(query: String, fields: [String]) async throws {
        try await Depth.handlers.withShop { shop in
            let response = try await shop.send(Request(.get, "/api/orders\(query)"))
            #expect(response.status == .badRequest)
            #expect(try await response.problem().fields == fields)
        }
    }

    @Test("an unknown order is not found")
    func unknown() async throws {
        try await Depth.handlers.withShop { shop in
            let response = try await shop.send(Request(.get, "/api/orders/ord_0"))
            #expect(response.status == .notFound)
        }
    }
}
