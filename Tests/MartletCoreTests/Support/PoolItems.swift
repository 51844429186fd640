import Logging
import MartletCore
import Synchronization

/// Numbered items that a test can make fail, hold back and count.
final class PoolItems: Sendable {
    struct CannotOpen: Error {}

    /// Holds whoever opens an item.
    final class Gate: Sendable {
        private let semaphore = Semaphore(permits: 1, maximumWaiters: 1_000)

        func hold() async { try? await semaphore.acquire() }
        func release() { semaphore.release() }
        func pass() async throws { try await semaphore.withPermit {} }
    }

    let gate = Gate()
    let failures = Atomic(0)
    let checks = Atomic(0)
    let areHealthy = Atomic(true)

    let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }

    private struct State {
        var opened = 0
        var open: Set<Int> = []
        var mostOpen = 0
        var closed: [Int] = []
    }

    private let state = Mutex(State())

    var opened: Int { state.withLock { $0.opened } }
    var open: Set<Int> { state.withLock { $0.open } }
    var mostOpen: Int { state.withLock { $0.mostOpen } }
    var closed: [Int] { state.withLock { $0.closed } }

    private func openItem() async throws -> Int {
        try await gate.pass()
        if failures.load(ordering: .relaxed) > 0 {
            failures.subtract(1, ordering: .relaxed)
            throw CannotOpen()
        }
        return state.withLock { state in
            state.opened += 1
            state.open.insert(state.opened)
            state.mostOpen = max(state.mostOpen, state.open.count)
            return state.opened
        }
    }

    private func closeItem(_ item: Int) {
        state.withLock { state in
            precondition(state.open.remove(item) != nil, "an item was closed twice")
            state.closed.append(item)
        }
    }

    func pool(
        clock: any MonotonicClock,
        random: Double = 0,
        survives: (any Error.Type)? = nil,
        metrics: PoolMetrics? = nil,
        configure: (inout PoolConfiguration) -> Void = { _ in }
    ) -> Pool<Int> {
        var configuration = PoolConfiguration()
        configure(&configuration)
        return Pool(
            configuration,
            clock: clock,
            logger: logger,
            metrics: metrics,
            isHealthy: { _ in
                self.checks.add(1, ordering: .relaxed)
                return self.areHealthy.load(ordering: .relaxed)
            },
            keepsAfterError: { _, error in survives.map { $0 == type(of: error) } ?? false },
            open: { try await self.openItem() },
            close: { self.closeItem($0) },
            random: { random }
        )
    }
}
