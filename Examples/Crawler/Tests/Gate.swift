import Synchronization

/// Holds tasks back until some of them are there at the same time; then it stays open.
final class Gate: Sendable {
    private let missing: Atomic<Int>

    init(_ count: Int) {
        missing = Atomic(count)
    }

    /// Waits for the others; if they never come, until the task is cancelled.
    func wait() async throws {
        missing.subtract(1, ordering: .relaxed)
        while missing.load(ordering: .relaxed) > 0 {
            try await ContinuousClock().sleep(for: .milliseconds(2))
        }
    }
}
