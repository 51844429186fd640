/// The numbers of a ``ConcurrencyLimit``.
public struct ConcurrencyLimits: Hashable, Sendable {
    /// How many calls may be in flight: 1,000 unless told otherwise, as in .NET's standard
    /// resilience handler.
    public var maximumInFlight: Int

    /// How many calls may wait: 1,000 unless told otherwise.
    ///
    /// With 0, what does not fit is refused at once.
    public var maximumQueued: Int

    /// How long a call may wait: 1 s unless told otherwise, Linkerd's fail-fast time.
    public var maximumWait: Duration

    /// When a refused caller is told to come back: after 1 s unless told otherwise.
    public var retryAfter: Duration

    /// Makes limits.
    ///
    /// - Parameters:
    ///   - maximumInFlight: How many calls may be in flight; at least 1.
    ///   - maximumQueued: How many calls may wait.
    ///   - maximumWait: How long a call may wait.
    ///   - retryAfter: When a refused caller is told to come back.
    public init(
        maximumInFlight: Int = 1000,
        maximumQueued: Int = 1000,
        maximumWait: Duration = .seconds(1),
        retryAfter: Duration = .seconds(1)
    ) {
        self.maximumInFlight = maximumInFlight
        self.maximumQueued = maximumQueued
        self.maximumWait = maximumWait
        self.retryAfter = retryAfter
    }
}
