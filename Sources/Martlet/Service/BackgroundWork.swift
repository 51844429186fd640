import ServiceLifecycle

/// A closure that is cancelled when the service shuts down.
struct BackgroundWork: ServiceLifecycle.Service {
    private let work: @Sendable () async throws -> Void

    init(_ work: @escaping @Sendable () async throws -> Void) {
        self.work = work
    }

    func run() async throws {
        do {
            try await cancelWhenGracefulShutdown(work)
        } catch is CancellationError {
            return
        }
        // Having nothing left to do is no reason to stop the others.
        try? await gracefulShutdown()
    }
}
