import MartletHTTP
import MartletTransport

/// Runs a server while `body` runs, which gets its port.
func running(
    _ server: HTTPServer,
    _ body: @escaping @Sendable (_ port: Int) async throws -> Void
) async throws {
    try await withThrowingTaskGroup(of: Bool.self) { group in
        group.addTask {
            try await server.run()
            return false
        }
        group.addTask {
            try await body(try await server.boundAddresses().first?.port ?? 0)
            return true
        }
        while let isDone = try await group.next(), !isDone {}
        group.cancelAll()
    }
}
