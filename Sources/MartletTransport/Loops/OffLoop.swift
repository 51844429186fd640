import NIOCore
import NIOPosix
import Synchronization

/// Runs blocking or CPU-heavy work on a thread that is not an event loop's, and comes back.
///
/// This is the one door off the loop: reading files, hashing passwords, image work.
///
/// ```swift
/// let digest = try await offLoop("hash password") { try slowHash(password) }
/// ```
///
/// - Parameters:
///   - name: What the work is called in errors.
///   - work: The work. It does not see cancellation while it runs; work whose task is cancelled
///     before it began does not begin.
/// - Returns: What the work returns.
/// - Throws: What the work throws; ``OffLoopError`` when ``OffLoop/queueLimit`` pieces of work
///   wait already; `CancellationError`.
public func offLoop<Value: Sendable>(
    _ name: String,
    _ work: @escaping @Sendable () throws -> Value
) async throws -> Value {
    try await OffLoop.shared.run(name, work)
}

/// The threads behind ``offLoop(_:_:)``.
public final class OffLoop: Sendable {
    /// How many pieces of work may wait for a thread or run; one more is refused.
    public static let queueLimit = 10_000

    static let shared = OffLoop(threadCount: max(4, System.coreCount * 2))

    private let pool: NIOThreadPool
    private let pending = Atomic<Int>(0)

    init(threadCount: Int) {
        pool = NIOThreadPool(numberOfThreads: threadCount)
        pool.start()
    }

    func run<Value: Sendable>(
        _ name: String,
        _ work: @escaping @Sendable () throws -> Value
    ) async throws -> Value {
        try Task.checkCancellation()
        guard pending.add(1, ordering: .relaxed).newValue <= Self.queueLimit else {
            pending.subtract(1, ordering: .relaxed)
            throw OffLoopError(work: name, limit: Self.queueLimit)
        }
        defer { pending.subtract(1, ordering: .relaxed) }
        return try await pool.runIfActive(work)
    }
}

/// Work was refused because too much waits already.
public struct OffLoopError: Error, Sendable, CustomStringConvertible {
    /// What was refused.
    public let work: String
    /// How much may wait.
    public let limit: Int

    /// What was refused and why.
    public var description: String {
        "'\(work)' was refused: \(limit) pieces of blocking work wait already."
    }
}
