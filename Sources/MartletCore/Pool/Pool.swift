public import Logging
public import ServiceLifecycle
import Synchronization

/// Connections, or other things that are costly to open, to be used by one task at a time.
///
/// ``withItem(until:_:)`` lends one: an idle one if there is any, the one used last first; a new
/// one if there is room; else the caller waits in line, first come first served, until one is
/// given back or its deadline comes. Nobody is overtaken, and a caller that is cancelled while it
/// waits leaves without an item.
///
/// A pool works by itself. Run it as a service as well: ``run()`` keeps the minimum open, closes
/// what was idle for too long or is too old, and closes everything in the end.
///
/// ```swift
/// let pool = Pool(configuration, open: { try await Connection.open() }) { await $0.close() }
/// let rows = try await pool.withItem { try await $0.query("SELECT 1") }
/// ```
///
/// Items are opened by the task that needs one, so that opening has its deadline, trace and
/// cancellation; what opens must not take for ever. They are closed by the task that finds out,
/// which may be cancelled at that time. A place in the pool is free when its item has been closed,
/// so that there are never more than the maximum.
///
/// Whoever waits costs a timer, unless ``run()`` is there to look at all their deadlines with one.
/// The HTTP client needs none of this: it has a pool of its own on every event loop.
public final class Pool<Item: Sendable>: Service, Sendable {
    /// An item with its times.
    struct Kept: Sendable {
        let item: Item
        let expiry: ContinuousClock.Instant
        var idleSince: ContinuousClock.Instant
    }

    /// What one who waits is told.
    enum Grant: Sendable {
        /// An item that another has given back.
        case item(Kept)
        /// The place of one that is gone: open another.
        case place
        case closed
        case cancelled
        case timedOut
    }

    /// One who waits.
    struct Waiting {
        let waiter: Waiter<Grant>
        let deadline: ContinuousClock.Instant
    }

    struct State {
        var machine: PoolMachine<Kept, Waiting>
        var counts = PoolSnapshot()
        /// When ``Pool/run()`` looks for deadlines again; nil when it does not run.
        var nextLook: ContinuousClock.Instant?
        /// Who waits for the last item to come back.
        var drains = WaitQueue<Void, Bool>()
    }

    /// How many items are kept, and for how long.
    public let configuration: PoolConfiguration

    let clock: any MonotonicClock
    let logger: Logger
    let metrics: PoolMetrics?
    let state: Mutex<State>
    let open: @Sendable () async throws -> Item
    let close: @Sendable (Item) async -> Void
    let isHealthy: @Sendable (Item) async -> Bool
    let keepsAfterError: @Sendable (Item, any Error) -> Bool
    let random: @Sendable () -> Double

    /// Makes an empty pool.
    ///
    /// - Parameters:
    ///   - configuration: How many items are kept, and for how long.
    ///   - clock: The clock of all times.
    ///   - logger: Where it is logged when the minimum cannot be kept.
    ///   - metrics: What is measured; nil for nothing but ``snapshot``.
    ///   - isHealthy: Asks an item that has been idle whether it still works; it is closed if not.
    ///   - keepsAfterError: Whether an item can be used again although whoever used it has failed.
    ///     Never unless you say otherwise: it may be in the middle of something. Say yes for
    ///     errors that an item survives, such as a row that was not found.
    ///   - open: Opens an item, within a time of its own.
    ///   - close: Closes an item.
    public convenience init(
        _ configuration: PoolConfiguration = PoolConfiguration(),
        clock: any MonotonicClock = ContinuousClock(),
        logger: Logger = Logger(label: "martlet.pool"),
        metrics: PoolMetrics? = nil,
        isHealthy: @escaping @Sendable (Item) async -> Bool = { _ in true },
        keepsAfterError: @escaping @Sendable (Item, any Error) -> Bool = { _, _ in false },
        open: @escaping @Sendable () async throws -> Item,
        close: @escaping @Sendable (Item) async -> Void
    ) {
        self.init(
            configuration,
            clock: clock,
            logger: logger,
            metrics: metrics,
            isHealthy: isHealthy,
            keepsAfterError: keepsAfterError,
            open: open,
            close: close,
            random: { Double.random(in: 0..<1) }
        )
    }

    package init(
        _ configuration: PoolConfiguration,
        clock: any MonotonicClock,
        logger: Logger,
        metrics: PoolMetrics? = nil,
        isHealthy: @escaping @Sendable (Item) async -> Bool,
        keepsAfterError: @escaping @Sendable (Item, any Error) -> Bool,
        open: @escaping @Sendable () async throws -> Item,
        close: @escaping @Sendable (Item) async -> Void,
        random: @escaping @Sendable () -> Double
    ) {
        configuration.validate()
        self.configuration = configuration
        self.clock = clock
        self.logger = logger
        self.metrics = metrics
        self.isHealthy = isHealthy
        self.keepsAfterError = keepsAfterError
        self.open = open
        self.close = close
        self.random = random
        let machine = PoolMachine<Kept, Waiting>(
            maximum: configuration.maximum,
            maximumWaiters: configuration.maximumWaiters
        )
        state = Mutex(State(machine: machine))
    }

    /// Whether it lends nothing any more.
    public var isClosed: Bool { state.withLock { $0.machine.isClosed } }

    /// What the pool is doing, and what it has done so far.
    public var snapshot: PoolSnapshot {
        state.withLock { state in
            var snapshot = state.counts
            snapshot.idle = state.machine.idle.count
            snapshot.borrowed = state.machine.count - snapshot.idle - snapshot.opening
            snapshot.waiting = state.machine.waiterCount
            return snapshot
        }
    }
}
