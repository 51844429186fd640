import Martlet

@main
struct Hello {
    static func main() async throws {
        var service = Service("hello")
        service.get("/hello") { _, _ in "Hello, World!" }
        try await service.run()
    }
}
