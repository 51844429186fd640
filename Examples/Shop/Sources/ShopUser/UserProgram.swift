import Martlet

/// The user service: who the shop's customers are.
@main
struct UserProgram {
    static func main() async {
        await Service.run("user") { service in
            let path = try service.configuration.value(
                "database.path",
                default: ".martlet/shop/user.sqlite"
            )
            let store = try UserStore(path: path)
            service.ready("database") { try await store.check() }
            UserRoutes(store: store).register(in: &service.router)
        }
    }
}
