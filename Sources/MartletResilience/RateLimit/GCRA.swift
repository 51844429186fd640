/// The generic cell rate algorithm: a token bucket that is one number (ITU-T I.371 annex A).
///
/// The number is the *theoretical arrival time*: when the bucket will be full again if nothing more
/// comes. Times are nanoseconds since an epoch of the caller's; there is no clock in here.
public struct GCRA: Hashable, Sendable {
    /// The time in which one request's worth comes back, in nanoseconds.
    public let emissionInterval: Int64

    /// How many requests a full bucket lets through at once.
    public let burst: Int

    /// Makes the algorithm for a rate.
    ///
    /// - Parameters:
    ///   - limit: How many requests are let through in a `period`; at least 1.
    ///   - period: What `limit` is counted over; at least a nanosecond a request.
    ///   - burst: How many may come at once; `limit` when nil.
    public init(limit: Int, per period: Duration, burst: Int? = nil) {
        precondition(limit > 0, "a limit of nothing would stop everybody")
        precondition(burst ?? limit > 0, "a burst of nothing would stop everybody")
        let interval = period.wholeNanoseconds / Int64(limit)
        precondition(interval > 0, "the period must be at least a nanosecond a request")
        self.init(emissionInterval: interval, burst: burst ?? limit)
    }

    private init(emissionInterval: Int64, burst: Int) {
        let (fill, overflow) = emissionInterval.multipliedReportingOverflow(by: Int64(burst))
        // Sums of a few such times must fit as well.
        precondition(!overflow && fill < .max / 4, "an empty bucket must fill within 73 years")
        self.emissionInterval = emissionInterval
        self.burst = burst
    }

    /// The time in which an empty bucket fills, in nanoseconds.
    public var fillTime: Int64 { emissionInterval * Int64(burst) }

    /// What became of a request.
    public struct Decision: Hashable, Sendable {
        /// Whether the request may pass.
        public let isAllowed: Bool
        /// The theoretical arrival time to keep for the next decision.
        public let arrivalTime: Int64
        /// How many more requests would pass at this instant.
        public let remaining: Int
        /// Nanoseconds until the bucket is full.
        public let resetAfter: Int64
        /// Nanoseconds until a request would pass; 0 when one would now.
        public let retryAfter: Int64
    }

    /// Decides on one request.
    ///
    /// - Parameters:
    ///   - arrivalTime: What the last decision said to keep; nil or the past for a full bucket.
    ///   - now: The time.
    /// - Returns: Whether it passes, and what to tell its sender.
    public func decide(arrivalTime: Int64?, now: Int64) -> Decision {
        let start = max(arrivalTime ?? now, now)
        let next = start + emissionInterval
        // The bucket would have to hold more than it can when `next` is further off than this.
        let excess = next - now - fillTime
        let isAllowed = excess <= 0
        let kept = isAllowed ? next : start
        let spare = max(fillTime - (kept - now), 0)
        return Decision(
            isAllowed: isAllowed,
            arrivalTime: kept,
            remaining: Int(spare / emissionInterval),
            resetAfter: kept - now,
            retryAfter: max(kept + emissionInterval - now - fillTime, 0)
        )
    }
}

extension Duration {
    /// The duration in nanoseconds, rounded down, at most 292 years.
    var wholeNanoseconds: Int64 {
        let (seconds, attoseconds) = components
        let (scaled, overflow) = seconds.multipliedReportingOverflow(by: 1_000_000_000)
        if overflow { return seconds < 0 ? .min : .max }
        let (sum, sumOverflow) = scaled.addingReportingOverflow(attoseconds / 1_000_000_000)
        return sumOverflow ? .max : sum
    }
}
