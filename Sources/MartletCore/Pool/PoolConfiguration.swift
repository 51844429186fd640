/// How many items a ``Pool`` keeps, and for how long.
public struct PoolConfiguration: Sendable {
    /// How many items are kept open although nobody uses them; 0.
    ///
    /// Kept by ``Pool/run()``.
    public var minimum = 0

    /// The most items at a time, with those that are being opened; 10.
    public var maximum = 10

    /// How many tasks may wait for an item; 10,000.
    public var maximumWaiters = 10_000

    /// How long a task waits for an item when it gives no deadline; 30 seconds.
    public var maximumWait = Duration.seconds(30)

    /// How long an item may lie idle before it is closed, unless only ``minimum`` are left;
    /// 10 minutes.
    public var idleTime = Duration.seconds(600)

    /// How long an item is used before it is replaced; 30 minutes.
    ///
    /// Choose it shorter than what is between (a load balancer, a firewall) keeps connections. Let
    /// items grow old so that load finds its way to servers that have come since.
    public var lifetime = Duration.seconds(1_800)

    /// By how much of it a lifetime is cut at random, from 0 to 1; 0.1.
    ///
    /// Items that were opened together are not replaced together.
    public var lifetimeJitter = 0.1

    /// How long an item must have been idle to be asked whether it is healthy when it is borrowed;
    /// 500 milliseconds.
    ///
    /// The check costs a round trip as a rule, and what was just used is as likely to break after
    /// the check as before. With zero, every borrow that finds an idle item checks it.
    public var healthCheckAfter = Duration.milliseconds(500)

    /// How often ``Pool/run()`` looks for what is idle for too long, too old or missing; 1 second.
    public var upkeepInterval = Duration.seconds(1)

    /// How long a graceful shutdown waits for what is borrowed; 30 seconds.
    public var shutdownGracePeriod = Duration.seconds(30)

    /// Makes a configuration of the defaults.
    public init() {}

    func validate() {
        precondition(maximum > 0, "a pool without items would stop everybody")
        precondition((0...maximum).contains(minimum), "the minimum is between 0 and the maximum")
        precondition(maximumWaiters >= 0, "a queue cannot be shorter than empty")
        precondition(maximumWait >= .zero, "a wait cannot end before it begins")
        precondition(idleTime > .zero, "what is never idle needs no pool")
        precondition(lifetime > .zero, "an item must live to be used")
        precondition((0...1).contains(lifetimeJitter), "a jitter is a part of the lifetime")
        precondition(healthCheckAfter >= .zero, "an idle time is not negative")
        precondition(upkeepInterval > .zero, "upkeep must not be a busy loop")
        precondition(shutdownGracePeriod >= .zero, "a grace period is not negative")
    }
}
