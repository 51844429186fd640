import Martlet

/// The payment service: charges cards, each idempotency key once.
@main
struct PaymentProgram {
    static func main() async {
        await Service.run("payment") { service in
            let path = try service.configuration.value(
                "database.path",
                default: ".martlet/shop/payment.sqlite"
            )
            let store = try PaymentStore(path: path)
            service.ready("database") { try await store.check() }
            PaymentRoutes(store: store, network: CardNetwork()).register(in: &service.router)
        }
    }
}
