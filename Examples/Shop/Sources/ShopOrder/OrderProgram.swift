import Martlet

/// The order service: takes orders, with the help of the user and the payment service.
@main
struct OrderProgram {
    static func main() async {
        await Service.run("order") { service in
            let settings = service.configuration
            let path = try settings.value("database.path", default: ".martlet/shop/order.sqlite")
            let userURL = try settings.require("user.url", as: String.self)
            let paymentURL = try settings.require("payment.url", as: String.self)
            let interval = try settings.value("settlement.interval", default: Duration.seconds(5))

            let store = try OrderStore(path: path)
            let client = HTTPClient()
                .intercepted(by: DeadlineForwarding())
                .intercepted(by: ClientTracing())
                .intercepted(by: RequestIDForwarding())
            let gate = OrderGate()
            let users = UserClient(Neighbour(name: "user", base: userURL, client: client))
            let payments = PaymentClient(
                Neighbour(name: "payment", base: paymentURL, client: client)
            )
            let desk = OrderDesk(store: store, users: users, payments: payments, gate: gate)
            let settlement = OrderSettlement(
                store: store,
                payments: payments,
                gate: gate,
                logger: service.logger
            )

            service.ready("database") { try await store.check() }
            service.add("settlement") {
                try await settlement.run(every: interval, clock: ContinuousClock())
            }
            OrderRoutes(desk: desk, store: store).register(in: &service.router)
        }
    }
}
