/// What a ``Pool`` is doing, and what it has done so far.
public struct PoolSnapshot: Hashable, Sendable {
    /// How many items lie ready.
    public internal(set) var idle = 0

    /// How many items are in use, or are being checked or closed.
    public internal(set) var borrowed = 0

    /// How many items are being opened.
    public internal(set) var opening = 0

    /// How many tasks wait.
    public internal(set) var waiting = 0

    /// How many items were opened.
    public internal(set) var opened = 0

    /// How many attempts to open an item have failed.
    public internal(set) var failedToOpen = 0

    /// How many items were closed, whatever for.
    public internal(set) var closed = 0

    /// How many were closed because nobody used them.
    public internal(set) var closedIdle = 0

    /// How many were closed because of their age.
    public internal(set) var closedOld = 0

    /// How many were closed because they failed their health check.
    public internal(set) var closedUnhealthy = 0

    /// How many were closed because whoever used them failed.
    public internal(set) var closedAfterError = 0

    /// How many times an item was borrowed.
    public internal(set) var borrows = 0

    /// How many of those had to wait.
    public internal(set) var waits = 0

    /// How long those waited, all together.
    public internal(set) var totalWait = Duration.zero

    /// How long the longest of those waited.
    public internal(set) var longestWait = Duration.zero

    /// How many tasks were refused because too many were waiting.
    public internal(set) var refused = 0

    /// How many tasks gave up at their deadline.
    public internal(set) var timedOut = 0

    /// How many tasks were cancelled while they waited.
    public internal(set) var cancelled = 0

    package init() {}

    /// Why an item was closed.
    enum Ending {
        case idle
        case old
        case unhealthy
        case error
        case shutdown
    }

    mutating func count(_ ending: Ending) {
        closed += 1
        switch ending {
        case .idle: closedIdle += 1
        case .old: closedOld += 1
        case .unhealthy: closedUnhealthy += 1
        case .error: closedAfterError += 1
        case .shutdown: break
        }
    }
}
