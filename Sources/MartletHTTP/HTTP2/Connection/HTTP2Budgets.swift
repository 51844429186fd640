import MartletTransport

/// What a peer has left of what it may do within a window of time.
///
/// Each budget is an allowance that is spent; useful frames refund some of it.
struct HTTP2Budgets {
    private var windowStart: TickTimers.Tick = 0
    private var resets: Int32 = 0
    private var emptyFrames: Int32 = 0
    private var settings: Int32 = 0
    private var pings: Int32 = 0
    private var windowUpdates: Int32 = 0
    private var ignoredFrames: Int32 = 0
    /// How many answers wait to be sent.
    private var unsentAnswers: Int32 = 0

    /// What costs something.
    enum Expense {
        case reset
        case emptyFrame
        case settings
        case ping
        case windowUpdate
        case ignoredFrame
    }

    private mutating func begin(_ now: TickTimers.Tick, _ shared: SharedHTTP2Limits) {
        guard now &- windowStart >= shared.countingTicks else { return }
        let answers = unsentAnswers
        self = HTTP2Budgets()
        windowStart = now
        unsentAnswers = answers
    }

    /// Counts an expense.
    ///
    /// - Parameters:
    ///   - expense: What the peer did.
    ///   - now: The time.
    ///   - shared: The limits.
    /// - Returns: The error when it was one too many.
    mutating func spend(
        _ expense: Expense,
        now: TickTimers.Tick,
        _ shared: SharedHTTP2Limits
    ) -> HTTP2Error? {
        begin(now, shared)
        let limits = shared.values
        switch expense {
        case .reset:
            resets += 1
            guard resets > limits.resetCount else { return nil }
            return Self.calm("Too many streams were reset or refused.", .rapidReset)
        case .emptyFrame:
            emptyFrames += 1
            guard emptyFrames > limits.emptyFrameCount else { return nil }
            return Self.calm("Too many frames were empty.", .emptyFrames)
        case .settings:
            settings += 1
            guard settings > limits.settingsCount else { return nil }
            return Self.calm("Too many SETTINGS came.", .settingsFlood)
        case .ping:
            pings += 1
            guard pings > limits.pingCount else { return nil }
            return Self.calm("Too many PINGs came.", .pingFlood)
        case .windowUpdate:
            windowUpdates += 1
            guard windowUpdates > limits.windowUpdateCount else { return nil }
            return Self.calm("Too many WINDOW_UPDATEs came.", .windowUpdateFlood)
        case .ignoredFrame:
            ignoredFrames += 1
            guard ignoredFrames > limits.ignoredFrameCount else { return nil }
            return Self.calm("Too many frames came that are ignored.", .ignoredFrames)
        }
    }

    /// Counts an answer that goes into the output.
    ///
    /// - Returns: The error when too many wait there.
    mutating func answer(_ limits: HTTP2Limits) -> HTTP2Error? {
        unsentAnswers += 1
        guard unsentAnswers > limits.unsentAnswerCount else { return nil }
        return Self.calm("The peer does not read its answers.", .unreadAnswers)
    }

    /// Everything in the output was sent.
    mutating func sentAll() {
        unsentAnswers = 0
    }

    /// A stream ended as it should.
    @inline(__always)
    mutating func refundReset() {
        resets = max(0, resets - 1)
    }

    /// HEADERS or DATA came or went.
    @inline(__always)
    mutating func refundFrames() {
        // What is refunded ahead of its use is bounded, so that a long download does not pay for a
        // flood.
        pings = max(-64, pings - 1)
        ignoredFrames = max(-64, ignoredFrames - 2)
        windowUpdates = max(-1024, windowUpdates - 10)
    }

    private static func calm(_ reason: String, _ defence: HTTP2Defence) -> HTTP2Error {
        .connection(.enhanceYourCalm, reason, defence: defence)
    }
}
