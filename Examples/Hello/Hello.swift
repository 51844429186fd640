import Martlet

@main
struct Hello {
    static func main() async throws {
        var service = Service("hello")
        service.get("/hello") { _, _ in "Hello, World!" }
        service.get("/users/{id}") { request, _ in
            "user \(try request.parameters.require("id", as: Int.self))"
        }
        try await service.run()
    }
}
