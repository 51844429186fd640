import Synchronization

/// Does the same work once for all who ask for it at the same time.
///
/// The first caller for a key runs the work in its own task; whoever comes while it runs waits and
/// gets the same value or the same error. Nothing is kept: whoever comes later runs it anew. (Go's
/// `singleflight`.) Use it before a cache, so that a hundred misses become one load.
///
/// A waiter that is cancelled leaves, and the work goes on. When the caller that runs the work is
/// cancelled and the work fails, the failure is its own: the first waiter runs its own work in its
/// stead. So the work is cancelled for good only when everybody who wanted it is, it never runs
/// twice at a time for a key, and it may be run again after it was cancelled half-way.
///
/// ```swift
/// let flights = SingleFlight<UserID, User>()
/// let user = try await flights.run(id) { try await database.user(id) }
/// ```
public final class SingleFlight<Key: Hashable & Sendable, Value: Sendable>: Sendable {
    private enum Outcome {
        /// The work has ended.
        case landed(Result<Value, any Error>)
        /// Whoever ran the work was cancelled; it is this waiter's turn.
        case lead
        case cancelled
    }

    /// How many tasks may wait for one key.
    public let maximumWaiters: Int

    private let flights = Mutex<[Key: WaitQueue<Void, Outcome>]>([:])

    /// Makes a group of flights.
    ///
    /// - Parameter maximumWaiters: How many tasks may wait for one key; 10,000 unless you say
    ///   otherwise.
    public init(maximumWaiters: Int = 10_000) {
        precondition(maximumWaiters >= 0, "a queue cannot be shorter than empty")
        self.maximumWaiters = maximumWaiters
    }

    /// How many keys are being worked for.
    public var flightCount: Int { flights.withLock { $0.count } }

    /// How many tasks wait for `key`.
    public func waiterCount(for key: Key) -> Int {
        flights.withLock { $0[key]?.count ?? 0 }
    }

    /// Runs `work`, or waits for the one who does.
    ///
    /// - Parameters:
    ///   - key: What the work is for.
    ///   - work: What to do; it must do the same whoever runs it.
    /// - Returns: The work's value.
    /// - Throws: ``WaitError`` with ``WaitError/Code/queueFull``; `CancellationError`; what the
    ///   work throws, whoever ran it.
    public func run(_ key: Key, _ work: () async throws -> Value) async throws -> Value {
        guard let waiter = try board(key) else { return try await lead(key, work) }
        switch await waiter.outcome(onCancel: { leave(key, waiter) }) {
        case .landed(let result):
            return try result.get()
        case .lead:
            return try await lead(key, work)
        case .cancelled:
            throw CancellationError()
        }
    }

    private func lead(_ key: Key, _ work: () async throws -> Value) async throws -> Value {
        do {
            // Who was cancelled when its turn came does not begin.
            try Task.checkCancellation()
            let value = try await work()
            land(key, .success(value))
            return value
        } catch {
            if Task.isCancelled {
                handOver(key)
            } else {
                land(key, .failure(error))
            }
            throw error
        }
    }

    /// Begins a flight (nil) or takes a place in one.
    private func board(_ key: Key) throws -> Waiter<Outcome>? {
        try flights.withLock { flights in
            guard let count = flights[key]?.count else {
                flights[key] = WaitQueue()
                return nil
            }
            guard count < maximumWaiters else {
                throw WaitError(.queueFull, "\(maximumWaiters) wait for the same work already")
            }
            return flights[key]?.append(())
        }
    }

    private func leave(_ key: Key, _ waiter: Waiter<Outcome>) {
        let resumption = flights.withLock { $0[key]?.settle(waiter, .cancelled) }
        resumption?.resume()
    }

    private func land(_ key: Key, _ result: Result<Value, any Error>) {
        var queue = flights.withLock { $0.removeValue(forKey: key) }
        let resumptions = queue?.settleAll(.landed(result)) ?? []
        for resumption in resumptions { resumption.resume() }
    }

    private func handOver(_ key: Key) {
        let resumption = flights.withLock { flights in
            let settled = flights[key]?.settleFirst(.lead)
            if settled == nil { flights[key] = nil }
            return settled?.resumption
        }
        resumption?.resume()
    }
}
