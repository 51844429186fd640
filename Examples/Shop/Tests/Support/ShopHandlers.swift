import Logging
import Martlet
import MartletCore
import ShopModel
import ShopOrder
import ShopPayment
import ShopUser

/// The three services in one process, without a socket between them.
struct ShopHandlers: Sendable {
    let paymentStore: PaymentStore
    let orderStore: OrderStore
    let settlement: OrderSettlement
    private let users: any Handler<Request, Response>
    private let payments: any Handler<Request, Response>
    private let orders: any Handler<Request, Response>

    /// Makes the services, with their files in a folder.
    ///
    /// - Parameters:
    ///   - folder: Where the files are.
    ///   - path: What lies between the order service and the payment service.
    /// - Throws: What keeps a file from being opened.
    init(
        in folder: String,
        _ path: (any Handler<Request, Response>) -> any Handler<Request, Response> = { $0 }
    ) throws {
        let userStore = try UserStore(path: folder + "/user.sqlite")
        users = try Self.handler("user") { UserRoutes(store: userStore).register(in: &$0) }

        let paymentStore = try PaymentStore(path: folder + "/payment.sqlite")
        self.paymentStore = paymentStore
        payments = try Self.handler("payment") { router in
            PaymentRoutes(store: paymentStore, network: CardNetwork()).register(in: &router)
        }

        let store = try OrderStore(path: folder + "/order.sqlite")
        orderStore = store
        let gate = OrderGate()
        let userClient = UserClient(
            Neighbour(name: "user", base: "http://user", client: AnyHandler(users))
        )
        let paymentClient = PaymentClient(
            Neighbour(name: "payment", base: "http://payment/", client: AnyHandler(path(payments)))
        )
        settlement = OrderSettlement(
            store: store,
            payments: paymentClient,
            gate: gate,
            logger: Self.quiet
        )
        let desk = OrderDesk(store: store, users: userClient, payments: paymentClient, gate: gate)
        orders = try Self.handler("order") { router in
            OrderRoutes(desk: desk, store: store).register(in: &router)
        }
    }

    private static let quiet = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }

    private static func handler(
        _ name: String,
        _ register: (inout Router) -> Void
    ) throws -> any Handler<Request, Response> {
        var service = Service(name, configuration: .defaults)
        service.logger = quiet
        // Time stands still: a busy machine must not turn an answer into a 504.
        service.clock = ManualClock()
        register(&service.router)
        return try service.handler()
    }
}

extension ShopHandlers: Shop {
    func send(_ request: Request) async throws -> Response {
        let context = CallContext()
        if request.target.hasPrefix("/api/users") {
            return try await users.handle(request, context: context)
        }
        if request.target.hasPrefix("/api/payments") {
            return try await payments.handle(request, context: context)
        }
        return try await orders.handle(request, context: context)
    }
}

/// A handler of any kind.
struct AnyHandler: Handler {
    private let handler: any Handler<Request, Response>

    init(_ handler: any Handler<Request, Response>) {
        self.handler = handler
    }

    func handle(_ request: Request, context: CallContext) async throws -> Response {
        try await handler.handle(request, context: context)
    }
}
