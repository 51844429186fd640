/// A call was refused because too much is going on already; it was not begun.
///
/// Safe to try again elsewhere or later, whatever the call does.
public struct OverloadError: Error, Sendable {
    /// The kinds of refusal.
    public struct Code: Hashable, Sendable {
        fileprivate let text: String

        /// The queue was full; choose this over `waitedTooLong` when the call never waited.
        public static let queueFull = Code(text: "the queue is full")
        /// The call waited for its turn until its patience or its deadline ran out.
        public static let waitedTooLong = Code(text: "no turn came in time")
    }

    /// Which kind it is.
    public let code: Code

    /// The limits that were reached.
    public let limits: ConcurrencyLimits

    /// When it is worth trying again.
    public let retryAfter: Duration

    /// What led to this error.
    public let cause: (any Error)?

    /// Makes an error.
    public init(
        _ code: Code,
        limits: ConcurrencyLimits,
        retryAfter: Duration,
        cause: (any Error)? = nil
    ) {
        self.code = code
        self.limits = limits
        self.retryAfter = retryAfter
        self.cause = cause
    }
}

extension OverloadError: CustomStringConvertible {
    /// The kind, the limits and the cause.
    public var description: String {
        let text =
            "overloaded: \(code.text) (\(limits.maximumInFlight) in flight, "
            + "\(limits.maximumQueued) waiting at most)"
        guard let cause else { return text }
        return "\(text)\n  caused by: \(cause)"
    }
}
