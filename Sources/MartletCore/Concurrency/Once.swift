import Synchronization

/// Work that is done once, whoever asks for it first.
///
/// The first caller runs the work in its own task, the others wait for it. Its value is kept for
/// all who come later. A failure is given to those who waited for it and is not kept: the next
/// caller tries again. When the caller that runs the work is cancelled, the first waiter runs its
/// own work in its stead (as in ``SingleFlight``), so that a waiter never suffers from another's
/// cancellation.
///
/// For a value that is made without `await`, use a `static let` or `lazy var`.
///
/// ```swift
/// let schema = Once<Schema>()
/// let tables = try await schema.run { try await database.migrate() }.tables
/// ```
public final class Once<Value: Sendable>: Sendable {
    private enum Key {
        case only
    }

    private let kept = Mutex<Value?>(nil)
    private let flight: SingleFlight<Key, Value>

    /// Makes work that has not been done.
    ///
    /// - Parameter maximumWaiters: How many tasks may wait; 10,000 unless you say otherwise.
    public init(maximumWaiters: Int = 10_000) {
        flight = SingleFlight(maximumWaiters: maximumWaiters)
    }

    /// The value, when the work has been done.
    public var value: Value? { kept.withLock { $0 } }

    /// Returns the value, and does the work for it if nobody has.
    ///
    /// - Parameter work: What to do; it is not called when the value is there.
    /// - Returns: The value of the first work that succeeded.
    /// - Throws: ``WaitError`` with ``WaitError/Code/queueFull``; `CancellationError`; what the
    ///   work throws, whoever ran it.
    public func run(_ work: () async throws -> Value) async throws -> Value {
        if let value { return value }
        return try await flight.run(.only) {
            // It may have been done between the look above and here.
            if let value { return value }
            let value = try await work()
            kept.withLock { $0 = value }
            return value
        }
    }
}
