import MartletTransport

/// Until when the next bytes of a body are waited for.
///
/// Every byte of content begins the wait anew; those of a chunk-size line or of trailers do not,
/// so that they cannot dribble.
struct BodyWait {
    private var framingTick = TickTimers.never

    /// When to give up, now that all that is here has been read.
    ///
    /// - Parameters:
    ///   - idle: How long the peer may pause.
    ///   - framing: How long it may take for a whole chunk-size line or all trailers.
    ///   - isWithinFraming: Whether one of these has begun.
    ///   - timers: What tells the time.
    /// - Returns: The tick.
    mutating func dueTick(
        idle: Duration,
        framing: Duration,
        isWithinFraming: Bool,
        timers: borrowing TickTimers
    ) -> TickTimers.Tick {
        let idleTick = timers.tick(after: idle)
        guard isWithinFraming else {
            framingTick = TickTimers.never
            return idleTick
        }
        if framingTick == TickTimers.never {
            framingTick = timers.tick(after: framing)
        }
        return min(idleTick, framingTick)
    }

    /// Content came: what framing comes next has its own time.
    mutating func reset() {
        framingTick = TickTimers.never
    }
}
