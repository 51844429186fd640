import Foundation
import Martlet
import ShopModel
import ShopOrder
import ShopPayment
import TestSupport
import Testing

@Suite("Killing the shop", .serialized)
struct CrashTests {
    /// How often something is killed.
    private static let kills = 10
    /// How many customers order at the same time.
    private static let customers = 4

    @Test("what was acknowledged survives kill -9 under load, and nothing is charged twice")
    func killUnderLoad() async throws {
        try await withTemporaryFolder { folder in
            try await ShopProcesses.with(folder) { shop in
                let isOver = Flag()
                let acknowledged = try await withThrowingTaskGroup(of: [Order].self) { group in
                    for number in 0..<Self.customers {
                        group.addTask {
                            try await Customer(number: number, shop: shop).order(until: isOver)
                        }
                    }
                    try await kill(shop)
                    isOver.set()
                    return try await group.reduce(into: []) { $0 += $1 }
                }
                #expect(acknowledged.count >= Self.kills)
                try await check(acknowledged, shop, folder)
            }
        }
    }

    @Test("SIGTERM ends every program with status 0")
    func terminate() async throws {
        try await withTemporaryFolder { folder in
            try await ShopProcesses.with(folder) { shop in
                _ = try await shop.makeUser()
                for member in ShopProcesses.Member.allCases { shop.signal(member, SIGTERM) }
                for member in ShopProcesses.Member.allCases {
                    #expect(try await shop.end(of: member) == 0)
                }
            }
        }
    }

    @Test("an order whose service is down is 503 with Retry-After")
    func down() async throws {
        try await withTemporaryFolder { folder in
            try await ShopProcesses.with(folder) { shop in
                let user = try await shop.makeUser()
                for member in [ShopProcesses.Member.payment, .user] {
                    shop.signal(member, SIGKILL)
                    _ = try await shop.end(of: member)
                    let response = try await shop.place(NewOrder(userId: user.id))
                    #expect(response.status == .serviceUnavailable)
                    #expect(response.headers[.retryAfter] == "1")
                    #expect(try await response.problem().status == 503)
                }
            }
        }
    }

    /// Kills one program after another, at moments from a fixed seed, and starts it again.
    private func kill(_ shop: ShopProcesses) async throws {
        var random = SplitMix(seed: 0x5EED)
        for _ in 0..<Self.kills {
            let pause = Int.random(in: 20...300, using: &random)
            try await ContinuousClock().sleep(for: .milliseconds(pause))
            let members = ShopProcesses.Member.allCases
            let member = members[Int.random(in: 0..<members.count, using: &random)]
            shop.signal(member, SIGKILL)
            _ = try await shop.end(of: member)
            try await shop.start(member)
        }
    }

    private func check(_ acknowledged: [Order], _ shop: some Shop, _ folder: String) async throws {
        let orders = try OrderStore(path: "\(folder)/order.sqlite")
        let payments = try PaymentStore(path: "\(folder)/payment.sqlite")
        var pending = try await orders.pending(after: nil, limit: 1000)
        for _ in 0..<200 where !pending.isEmpty {
            try await ContinuousClock().sleep(for: .milliseconds(50))
            pending = try await orders.pending(after: nil, limit: 1000)
        }
        #expect(pending.isEmpty, "the orders that were left pending are settled")
        for order in acknowledged {
            #expect(try await shop.order(order.id) == order)
        }
        for user in Set(acknowledged.map(\.userId)) {
            #expect(try await shop.send(Request(.get, "/api/users/\(user)")).status == .ok)
            var page = try await orders.page(userId: user, after: nil, limit: 100)
            while true {
                for order in page.orders {
                    let charges = try await payments.payments(reference: order.id)
                        .filter { $0.status == .succeeded }
                    #expect(charges.map(\.id) == (order.paymentId.map { [$0] } ?? []))
                    #expect((order.status == .paid) == (order.paymentId != nil))
                }
                guard let next = page.next else { break }
                page = try await orders.page(userId: user, after: next, limit: 100)
            }
        }
    }
}
