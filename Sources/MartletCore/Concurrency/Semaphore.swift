import Synchronization

/// A counting semaphore for tasks, first come first served, with a bounded queue.
///
/// A task that waits is suspended, not blocked, and goes on on its own executor. A waiter that is
/// cancelled or has waited too long leaves the queue and takes no permit with it. A permit that is
/// given back goes straight to the first waiter: nobody who comes later can overtake.
///
/// ```swift
/// let semaphore = Semaphore(permits: 8, maximumWaiters: 100)
/// let page = try await semaphore.withPermit { try await fetch() }
/// ```
public final class Semaphore: Sendable {
    /// How many tasks may hold a permit at a time.
    public let permits: Int

    /// How many tasks may wait for one.
    public let maximumWaiters: Int

    private enum Outcome {
        case acquired
        case cancelled
        case timedOut
    }

    private struct State {
        var available: Int
        var queue = WaitQueue<Void, Outcome>()
    }

    private let state: Mutex<State>

    /// Makes a semaphore.
    ///
    /// - Parameters:
    ///   - permits: How many tasks may hold a permit at a time; at least 1.
    ///   - maximumWaiters: How many tasks may wait; with 0, nobody ever waits.
    public init(permits: Int, maximumWaiters: Int) {
        precondition(permits > 0, "a semaphore without permits would stop everybody")
        precondition(maximumWaiters >= 0, "a queue cannot be shorter than empty")
        self.permits = permits
        self.maximumWaiters = maximumWaiters
        state = Mutex(State(available: permits))
    }

    /// How many permits are free.
    public var available: Int { state.withLock { $0.available } }

    /// How many tasks wait.
    public var waiterCount: Int { state.withLock { $0.queue.count } }

    /// Takes a permit if one is free; never waits.
    ///
    /// - Returns: Whether a permit was taken; if so, ``release()`` it.
    public func tryAcquire() -> Bool {
        state.withLock { state in
            guard state.available > 0 else { return false }
            state.available -= 1
            return true
        }
    }

    /// Takes a permit, waiting for it as long as it takes.
    ///
    /// - Throws: ``WaitError`` with ``WaitError/Code/queueFull``; `CancellationError`.
    public func acquire() async throws {
        guard let waiter = try admit() else { return }
        try finish(await waiter.outcome { end(waiter, .cancelled) })
    }

    /// Takes a permit, waiting for it until `deadline`.
    ///
    /// Costs a timer only when no permit is free.
    ///
    /// - Parameters:
    ///   - deadline: When to give up.
    ///   - clock: The clock that `deadline` is read on.
    /// - Throws: ``WaitError`` with ``WaitError/Code/queueFull`` or
    ///   ``WaitError/Code/timedOut``; `CancellationError`.
    public func acquire(
        until deadline: ContinuousClock.Instant,
        clock: some MonotonicClock = ContinuousClock()
    ) async throws {
        guard let waiter = try admit() else { return }
        let outcome = await waiter.outcome(until: deadline, clock: clock) {
            end(waiter, .cancelled)
        } onTimeout: {
            self.end(waiter, .timedOut)
        }
        try finish(outcome)
    }

    /// Gives a permit back, to the first waiter if there is one.
    public func release() {
        let resumption = state.withLock { state in
            let settled = state.queue.settleFirst(.acquired)
            if settled == nil { state.available += 1 }
            assert(state.available <= permits, "a permit was given back twice")
            return settled?.resumption
        }
        resumption?.resume()
    }

    /// Runs `body` with a permit, and gives it back however `body` ends.
    ///
    /// - Throws: What ``acquire()`` and `body` throw.
    public func withPermit<Result>(
        _ body: () async throws -> Result
    ) async throws -> Result {
        try await acquire()
        defer { release() }
        return try await body()
    }

    /// Takes a permit at once (nil) or a place in the queue.
    private func admit() throws -> Waiter<Outcome>? {
        try state.withLock { state in
            if state.available > 0 {
                state.available -= 1
                return nil
            }
            guard state.queue.count < maximumWaiters else {
                throw WaitError(.queueFull, "\(maximumWaiters) wait for a permit already")
            }
            return state.queue.append(())
        }
    }

    private func end(_ waiter: Waiter<Outcome>, _ outcome: Outcome) {
        let resumption = state.withLock { $0.queue.settle(waiter, outcome) }
        resumption?.resume()
    }

    private func finish(_ outcome: Outcome) throws {
        switch outcome {
        case .acquired: return
        case .cancelled: throw CancellationError()
        case .timedOut: throw WaitError(.timedOut, "no permit became free in time")
        }
    }
}
