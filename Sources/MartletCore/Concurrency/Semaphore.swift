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

    fileprivate enum Waiter {
        /// In the queue; its task has not suspended yet.
        case registered
        /// In the queue and suspended.
        case suspended(CheckedContinuation<Outcome, Never>)
        /// Out of the queue before its task suspended.
        case ended(Outcome)
    }

    fileprivate enum Outcome {
        case acquired
        case cancelled
        case timedOut
    }

    fileprivate struct State {
        var available: Int
        var queued = 0
        /// Identifiers are handed out in order, so the queue is the range from `first` to `next`,
        /// less those that have left `waiters`.
        var first: UInt64 = 0
        var next: UInt64 = 0
        var waiters: [UInt64: Waiter] = [:]
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
    public var waiterCount: Int { state.withLock { $0.queued } }

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
    /// - Throws: ``SemaphoreError`` with ``SemaphoreError/Code/queueFull``; `CancellationError`.
    public func acquire() async throws {
        guard let id = try admit() else { return }
        try finish(await wait(id))
    }

    /// Takes a permit, waiting for it until `deadline`.
    ///
    /// Costs a timer only when no permit is free.
    ///
    /// - Parameters:
    ///   - deadline: When to give up.
    ///   - clock: The clock that `deadline` is read on.
    /// - Throws: ``SemaphoreError`` with ``SemaphoreError/Code/queueFull`` or
    ///   ``SemaphoreError/Code/timedOut``; `CancellationError`.
    public func acquire(
        until deadline: ContinuousClock.Instant,
        clock: some MonotonicClock = ContinuousClock()
    ) async throws {
        guard let id = try admit() else { return }
        let outcome = await withTaskGroup(of: Void.self) { group in
            group.addTask {
                // A sleep that is cut short means that the wait is over.
                guard (try? await clock.sleep(until: deadline, tolerance: nil)) != nil else {
                    return
                }
                self.end(id, .timedOut)
            }
            defer { group.cancelAll() }
            return await wait(id)
        }
        try finish(outcome)
    }

    /// Gives a permit back, to the first waiter if there is one.
    public func release() {
        let continuation = state.withLock { state in
            let continuation = state.grant()
            assert(state.available <= permits, "a permit was given back twice")
            return continuation
        }
        continuation?.resume(returning: .acquired)
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

    /// Takes a permit at once (nil) or a place in the queue (its identifier).
    private func admit() throws -> UInt64? {
        try state.withLock { state in
            if state.available > 0 {
                state.available -= 1
                return nil
            }
            guard state.queued < maximumWaiters else {
                throw SemaphoreError(.queueFull, "\(maximumWaiters) wait already")
            }
            let id = state.next
            state.next += 1
            state.queued += 1
            state.waiters[id] = .registered
            return id
        }
    }

    private func wait(_ id: UInt64) async -> Outcome {
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let outcome: Outcome? = state.withLock { state in
                    if case .ended(let outcome) = state.waiters[id] {
                        state.waiters[id] = nil
                        return outcome
                    }
                    state.waiters[id] = .suspended(continuation)
                    return nil
                }
                if let outcome { continuation.resume(returning: outcome) }
            }
        } onCancel: {
            end(id, .cancelled)
        }
    }

    /// Takes a waiter out of the queue; does nothing to one that has left it.
    private func end(_ id: UInt64, _ outcome: Outcome) {
        let continuation = state.withLock { $0.end(id, outcome) }
        continuation?.resume(returning: outcome)
    }

    private func finish(_ outcome: Outcome) throws {
        switch outcome {
        case .acquired: return
        case .cancelled: throw CancellationError()
        case .timedOut: throw SemaphoreError(.timedOut, "no permit became free in time")
        }
    }
}

extension Semaphore.State {
    /// Hands a permit to the first waiter, or makes it available.
    fileprivate mutating func grant() -> CheckedContinuation<Semaphore.Outcome, Never>? {
        while first < next {
            let id = first
            first += 1
            switch waiters[id] {
            case .registered, .suspended: return end(id, .acquired)
            case .ended, nil: continue
            }
        }
        available += 1
        return nil
    }

    /// Takes a waiter out of the queue; what is returned must be resumed with `outcome`.
    fileprivate mutating func end(
        _ id: UInt64,
        _ outcome: Semaphore.Outcome
    ) -> CheckedContinuation<Semaphore.Outcome, Never>? {
        switch waiters[id] {
        case .registered:
            queued -= 1
            waiters[id] = .ended(outcome)
            return nil
        case .suspended(let continuation):
            queued -= 1
            waiters[id] = nil
            return continuation
        case .ended, nil:
            return nil
        }
    }
}
