import Hummingbird

/// Hummingbird with the benchmark's four routes, written as its guides write them.
///
/// The one argument is the port on the loopback address.
@main
struct HummingbirdServer {
    static func main() async throws {
        guard CommandLine.arguments.count == 2, let port = Int(CommandLine.arguments[1]) else {
            throw UsageError()
        }
        let application = Application(
            router: makeRouter(),
            configuration: .init(address: .hostname("127.0.0.1", port: port))
        )
        try await application.runService()
    }

    private static func makeRouter() -> Router<BasicRequestContext> {
        let router = Router()
        router.get("hello") { _, _ in
            "Hello, World!"
        }
        router.get("json") { _, _ in
            Profile.sample
        }
        router.post("echo") { request, context in
            try await request.body.collect(upTo: context.maxUploadSize)
        }
        router.get("users/:id") { _, context in
            try context.parameters.require("id")
        }
        return router
    }
}

/// The program was started without a port.
struct UsageError: Error, CustomStringConvertible {
    var description: String { "usage: hummingbird-server PORT" }
}
