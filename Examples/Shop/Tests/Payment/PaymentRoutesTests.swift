import Foundation
import Martlet
import ShopModel
import ShopPayment
import Testing

@Suite("Payments")
struct PaymentRoutesTests {
    private func charge(
        _ shop: some Shop,
        key: String?,
        reference: String = "ord_1",
        cents: Int = 900,
        card: String = goodCard
    ) async throws -> Response {
        let charge = Charge(reference: reference, amountCents: cents, card: card)
        var request = try Request(.post, "/api/payments", json: charge)
        request.headers[IdempotencyKey.field] = key
        return try await shop.send(request)
    }

    @Test("the same key charges once and answers the same")
    func idempotent() async throws {
        try await withTemporaryFolder { folder in
            let shop = try ShopHandlers(in: folder)
            let first = try await charge(shop, key: "k1")
            #expect(first.status == .created)
            let payment = try await first.json(as: Payment.self)
            #expect(first.headers[.location] == "/api/payments/\(payment.id)")
            let second = try await charge(shop, key: "k1")
            #expect(second.status == .created)
            #expect(try await second.json(as: Payment.self) == payment)
            #expect(try await shop.paymentStore.payments(reference: "ord_1") == [payment])
            let found = try await shop.send(Request(.get, "/api/payments/\(payment.id)"))
            #expect(try await found.json(as: Payment.self) == payment)
        }
    }

    @Test("the same key for another amount, card or order is refused")
    func otherCharge() async throws {
        try await withTemporaryFolder { folder in
            let shop = try ShopHandlers(in: folder)
            #expect(try await charge(shop, key: "k1").status == .created)
            #expect(try await charge(shop, key: "k1", cents: 901).status.code == 422)
            #expect(try await charge(shop, key: "k1", card: "4111111111111111").status.code == 422)
            #expect(try await charge(shop, key: "k1", reference: "ord_2").status.code == 422)
        }
    }

    @Test("without a key every charge is a new one")
    func withoutKey() async throws {
        try await withTemporaryFolder { folder in
            let shop = try ShopHandlers(in: folder)
            for _ in 0..<2 { #expect(try await charge(shop, key: nil).status == .created) }
            #expect(try await shop.paymentStore.payments(reference: "ord_1").count == 2)
        }
    }

    @Test("a card that ends in 0002 is declined, again and again")
    func declined() async throws {
        try await withTemporaryFolder { folder in
            let shop = try ShopHandlers(in: folder)
            for _ in 0..<2 {
                let response = try await charge(shop, key: "k1", card: badCard)
                #expect(response.status.code == 402)
                #expect(try await response.problem().detail?.contains("0002") == true)
            }
        }
    }

    @Test("a voided key is never charged, and voiding says what was charged before")
    func void() async throws {
        try await withTemporaryFolder { folder in
            let shop = try ShopHandlers(in: folder)
            func void(_ key: String) async throws -> Payment {
                let path = "/api/payments/keys/\(key)/void"
                return try await shop.send(Request(.post, path)).json(as: Payment.self)
            }
            #expect(try await void("k1").status == .voided)
            #expect(try await charge(shop, key: "k1").status == .conflict)
            #expect(try await charge(shop, key: "k2").status == .created)
            #expect(try await void("k2").status == .succeeded)
            #expect(try await charge(shop, key: "k3", card: badCard).status.code == 402)
            #expect(try await void("k3").status == .declined)
        }
    }

    @Test(
        "every bad field is named",
        arguments: [
            (#"{}"#, ["amountCents", "card", "reference"]),
            (
                #"{"reference": "r", "amountCents": -1, "card": "1234"}"#,
                ["amountCents", "card"]
            ),
            (
                #"{"reference": "r", "amountCents": 1.5, "card": "42424242a4242"}"#,
                ["amountCents", "card"]
            ),
            (
                #"{"reference": "r", "amountCents": 1000000000001, "card": "4242424242424242"}"#,
                ["amountCents"]
            ),
        ]
    )
    func badFields(json: String, fields: [String]) async throws {
        try await Depth.handlers.withShop { shop in
            let response = try await shop.post("/api/payments", json)
            #expect(response.status == .badRequest)
            #expect(try await response.problem().fields == fields)
        }
    }

    @Test("the card's number is nowhere in the files")
    func lastFourOnly() async throws {
        try await withTemporaryFolder { folder in
            let shop = try ShopHandlers(in: folder)
            let user = try await shop.makeUser()
            #expect(try await shop.place(NewOrder(userId: user.id)).status == .created)
            let names = try FileManager.default.contentsOfDirectory(atPath: folder)
            #expect(names.contains("payment.sqlite"))
            for name in names {
                let bytes = try Data(contentsOf: URL(filePath: "\(folder)/\(name)"))
                for number in ["42424242", goodCard] {
                    #expect(bytes.range(of: Data(number.utf8)) == nil, "\(name)")
                }
            }
        }
    }
}
