/// How long to wait before trying again: exponential with full jitter.
///
/// The wait before retry *n* (counted from 0) is drawn evenly from zero up to
/// `min(cap, base × multiplierⁿ)`. Full jitter spreads callers that failed together better than a
/// fixed wait with a little noise (M. Brooker, "Exponential Backoff and Jitter", AWS 2015).
///
/// ```swift
/// let backoff = Backoff(base: .milliseconds(100), cap: .seconds(10))
/// for attempt in 0..<5 where try await !connect() {
///     try await ContinuousClock().sleep(for: backoff.delay(attempt: attempt))
/// }
/// ```
///
/// Use ``ceiling(attempt:)`` alone where a person watches and no crowd retries, as when one process
/// is restarted.
public struct Backoff: Hashable, Sendable {
    /// The longest wait before the first retry.
    public let base: Duration

    /// What the longest wait is multiplied by for each further retry.
    public let multiplier: Double

    /// The longest wait of all.
    public let cap: Duration

    /// Makes a backoff.
    ///
    /// - Parameters:
    ///   - base: The longest wait before the first retry; positive.
    ///   - multiplier: How fast the waits grow; at least 1.
    ///   - cap: The longest wait of all; at least `base`.
    public init(
        base: Duration = .milliseconds(100),
        multiplier: Double = 2,
        cap: Duration = .seconds(30)
    ) {
        precondition(base > .zero, "a backoff of nothing would retry in a busy loop")
        precondition(multiplier >= 1, "a backoff must not shrink")
        precondition(cap >= base, "the cap must not be below the first wait")
        self.base = base
        self.multiplier = multiplier
        self.cap = cap
    }

    /// The longest wait before retry `attempt`, counted from 0.
    public func ceiling(attempt: Int) -> Duration {
        precondition(attempt >= 0, "attempts are counted from 0")
        var ceiling = base
        var step = 0
        // A factor of 1 never reaches the cap, so the loop must not wait for that.
        while step < attempt, ceiling < cap, multiplier > 1 {
            ceiling = ceiling * multiplier
            step += 1
        }
        return min(ceiling, cap)
    }

    /// The wait before retry `attempt`, counted from 0, drawn from `generator`.
    public func delay(
        attempt: Int,
        using generator: inout some RandomNumberGenerator
    ) -> Duration {
        ceiling(attempt: attempt) * Double.random(in: 0...1, using: &generator)
    }

    /// The wait before retry `attempt`, counted from 0, drawn from the system's generator.
    public func delay(attempt: Int) -> Duration {
        var generator = SystemRandomNumberGenerator()
        return delay(attempt: attempt, using: &generator)
    }
}
