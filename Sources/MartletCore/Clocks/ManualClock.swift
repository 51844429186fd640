import Synchronization

/// A clock that stands still until it is told to move: the time of unit tests.
///
/// Sleepers wake in the order of their deadlines when ``advance(by:)`` passes them. The number of
/// sleepers is bounded only by the tests that use it.
package final class ManualClock: MonotonicClock, Sendable {
    package typealias Instant = ContinuousClock.Instant
    package typealias Duration = Swift.Duration

    private struct Sleeper {
        let id: UInt64
        let deadline: Instant
        let continuation: CheckedContinuation<Void, any Error>
    }

    private struct State {
        var now: Instant
        var nextID: UInt64 = 0
        var sleepers: [Sleeper] = []
        var cancelled: Set<UInt64> = []
    }

    private let state: Mutex<State>

    package init(now: Instant = ContinuousClock.now) {
        state = Mutex(State(now: now))
    }

    package var now: Instant {
        state.withLock { $0.now }
    }

    package var minimumResolution: Duration { .nanoseconds(1) }

    /// How many tasks sleep on this clock.
    package var sleeperCount: Int {
        state.withLock { $0.sleepers.count }
    }

    package func sleep(until deadline: Instant, tolerance: Duration?) async throws {
        let id = state.withLock { state in
            state.nextID += 1
            return state.nextID
        }
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                add(Sleeper(id: id, deadline: deadline, continuation: continuation))
            }
        } onCancel: {
            cancel(id)
        }
    }

    /// Moves the time forward and wakes whoever's deadline has come.
    package func advance(by duration: Duration) {
        let due = state.withLock { state in
            state.now = state.now.advanced(by: duration)
            let now = state.now
            let due = state.sleepers.filter { $0.deadline <= now }
            state.sleepers.removeAll { $0.deadline <= now }
            return due
        }
        for sleeper in due.sorted(by: { $0.deadline < $1.deadline }) {
            sleeper.continuation.resume()
        }
    }

    /// Waits until `count` tasks sleep on this clock, so that a test can advance past them.
    package func waitForSleepers(_ count: Int = 1) async throws {
        while sleeperCount < count {
            try Task.checkCancellation()
            await Task.yield()
        }
    }

    private func add(_ sleeper: Sleeper) {
        let immediate: Result<Void, any Error>? = state.withLock { state in
            if state.cancelled.remove(sleeper.id) != nil {
                return .failure(CancellationError())
            }
            if sleeper.deadline <= state.now {
                return .success(())
            }
            state.sleepers.append(sleeper)
            return nil
        }
        if let immediate {
            sleeper.continuation.resume(with: immediate)
        }
    }

    private func cancel(_ id: UInt64) {
        let sleeper = state.withLock { state -> Sleeper? in
            guard let index = state.sleepers.firstIndex(where: { $0.id == id }) else {
                state.cancelled.insert(id)
                return nil
            }
            return state.sleepers.remove(at: index)
        }
        sleeper?.continuation.resume(throwing: CancellationError())
    }
}
