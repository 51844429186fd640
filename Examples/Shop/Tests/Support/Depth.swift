/// How deep a test goes: the same body runs at each.
enum Depth: CaseIterable, Sendable {
    /// The routes, stores and files, in this process.
    case handlers
    /// The built programs, each a process of its own, over TCP.
    case processes

    /// Calls `body` with a shop that is empty.
    func withShop(_ body: (any Shop) async throws -> Void) async throws {
        try await withTemporaryFolder { folder in
            switch self {
            case .handlers:
                try await body(ShopHandlers(in: folder))
            case .processes:
                try await ShopProcesses.with(folder) { try await body($0) }
            }
        }
    }
}
