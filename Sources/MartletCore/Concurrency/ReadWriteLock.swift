import Synchronization

/// A lock for tasks that many may hold to read, or one to write.
///
/// Fair: whoever comes while others wait, waits behind them, so that readers who keep coming do
/// not keep a writer out. Readers next to each other in line go in together. A waiter that is
/// cancelled or has waited too long leaves the line, and those behind it go in if they can.
///
/// Hold it across `await` when what it protects takes other calls to change. For state in memory
/// that no `await` touches, `Mutex` is cheaper and cannot be waited for. Do not ask for the lock
/// while holding it: a reader would wait behind a writer who waits for that reader.
///
/// ```swift
/// let lock = ReadWriteLock()
/// let routes = try await lock.withReadLock { try await load() }
/// try await lock.withWriteLock { try await replace(routes) }
/// ```
public final class ReadWriteLock: Sendable {
    /// How many tasks may wait.
    public let maximumWaiters: Int

    private enum Kind {
        case read
        case write
    }

    private enum Outcome {
        case acquired
        case cancelled
        case timedOut
    }

    private struct State {
        var readers = 0
        var isWriting = false
        var queue = WaitQueue<Kind, Outcome>()

        func admits(_ kind: Kind) -> Bool {
            !isWriting && (kind == .read || readers == 0)
        }

        mutating func enter(_ kind: Kind) {
            switch kind {
            case .read: readers += 1
            case .write: isWriting = true
            }
        }

        /// Lets those in who can go in now, in their order.
        mutating func advance() -> [Resumption<Outcome>] {
            var resumptions: [Resumption<Outcome>] = []
            while let kind = queue.first, admits(kind),
                let settled = queue.settleFirst(.acquired)
            {
                enter(kind)
                resumptions.append(settled.resumption)
            }
            return resumptions
        }
    }

    private let state = Mutex(State())

    /// Makes a lock.
    ///
    /// - Parameter maximumWaiters: How many tasks may wait; 10,000 unless you say otherwise.
    public init(maximumWaiters: Int = 10_000) {
        precondition(maximumWaiters >= 0, "a queue cannot be shorter than empty")
        self.maximumWaiters = maximumWaiters
    }

    /// How many tasks read.
    public var readerCount: Int { state.withLock { $0.readers } }

    /// Whether a task writes.
    public var isWriting: Bool { state.withLock { $0.isWriting } }

    /// How many tasks wait.
    public var waiterCount: Int { state.withLock { $0.queue.count } }

    /// Runs `body` beside other readers and no writer.
    ///
    /// - Parameters:
    ///   - deadline: When to give up waiting; never unless you say so.
    ///   - clock: The clock that `deadline` is read on.
    ///   - body: What to do.
    /// - Returns: What `body` returns.
    /// - Throws: ``WaitError`` with ``WaitError/Code/queueFull`` or ``WaitError/Code/timedOut``;
    ///   `CancellationError`; what `body` throws.
    public func withReadLock<Result>(
        until deadline: ContinuousClock.Instant? = nil,
        clock: any MonotonicClock = ContinuousClock(),
        _ body: () async throws -> Result
    ) async throws -> Result {
        try await acquire(.read, until: deadline, clock: clock)
        defer { release(.read) }
        return try await body()
    }

    /// Runs `body` alone.
    ///
    /// - Parameters:
    ///   - deadline: When to give up waiting; never unless you say so.
    ///   - clock: The clock that `deadline` is read on.
    ///   - body: What to do.
    /// - Returns: What `body` returns.
    /// - Throws: ``WaitError`` with ``WaitError/Code/queueFull`` or ``WaitError/Code/timedOut``;
    ///   `CancellationError`; what `body` throws.
    public func withWriteLock<Result>(
        until deadline: ContinuousClock.Instant? = nil,
        clock: any MonotonicClock = ContinuousClock(),
        _ body: () async throws -> Result
    ) async throws -> Result {
        try await acquire(.write, until: deadline, clock: clock)
        defer { release(.write) }
        return try await body()
    }

    private func acquire(
        _ kind: Kind,
        until deadline: ContinuousClock.Instant?,
        clock: any MonotonicClock
    ) async throws {
        guard let waiter = try admit(kind) else { return }
        let outcome = await waiter.outcome(until: deadline, clock: clock) {
            end(waiter, .cancelled)
        } onTimeout: {
            self.end(waiter, .timedOut)
        }
        switch outcome {
        case .acquired: return
        case .cancelled: throw CancellationError()
        case .timedOut: throw WaitError(.timedOut, "the lock did not become free in time")
        }
    }

    /// Takes the lock at once (nil) or a place in line.
    private func admit(_ kind: Kind) throws -> Waiter<Outcome>? {
        try state.withLock { state in
            if state.queue.isEmpty, state.admits(kind) {
                state.enter(kind)
                return nil
            }
            guard state.queue.count < maximumWaiters else {
                throw WaitError(.queueFull, "\(maximumWaiters) wait for the lock already")
            }
            return state.queue.append(kind)
        }
    }

    private func release(_ kind: Kind) {
        let resumptions = state.withLock { state in
            switch kind {
            case .read: state.readers -= 1
            case .write: state.isWriting = false
            }
            return state.advance()
        }
        for resumption in resumptions { resumption.resume() }
    }

    private func end(_ waiter: Waiter<Outcome>, _ outcome: Outcome) {
        let resumptions = state.withLock { state -> [Resumption<Outcome>] in
            guard let resumption = state.queue.settle(waiter, outcome) else { return [] }
            // Readers may have waited behind this writer only.
            return [resumption] + state.advance()
        }
        for resumption in resumptions { resumption.resume() }
    }
}
