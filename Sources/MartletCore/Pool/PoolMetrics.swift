public import Metrics
import Synchronization

/// What a ``Pool`` tells the metrics system, in the words of OpenTelemetry's conventions for
/// connection pools (`db.client.connection.*`), without `db.client`: a pool may hold anything.
///
/// | instrument | kind | what it says |
/// |---|---|---|
/// | `connection.count` | gauge by `state`: `idle`, `used`, `opening` | items |
/// | `connection.max` | gauge | the most there may be |
/// | `connection.pending_requests` | gauge | tasks that wait |
/// | `connection.wait_time` | timer | how long each that waited did |
/// | `connection.timeouts`, `connection.refusals` | counters | who waited in vain, or not at all |
/// | `connection.opened`, `connection.closed`, `connection.failures` | counters | openings |
///
/// All have the dimension `pool.name`. The timer is told of each wait; the others are brought up to
/// date by ``Pool/run()``, every ``PoolConfiguration/upkeepInterval``, so that borrowing costs
/// nothing more.
public struct PoolMetrics: Sendable {
    private let states: [(Gauge, @Sendable (PoolSnapshot) -> Int)]
    private let totals: [(Counter, @Sendable (PoolSnapshot) -> Int)]
    private let maximum: Gauge
    private let wait: Timer
    private let told = Told()

    /// What the counters have been told.
    private final class Told: Sendable {
        let snapshot = Mutex(PoolSnapshot())
    }

    /// Makes the instruments.
    ///
    /// - Parameters:
    ///   - name: The pool's name, the same for as long as dashboards are to know it.
    ///   - factory: Where instruments come from; that of the metrics system when nil.
    public init(name: String, factory: (any MetricsFactory)? = nil) {
        let factory = factory ?? MetricsSystem.factory
        let pool = [("pool.name", name)]
        func gauge(_ label: String, _ more: [(String, String)] = []) -> Gauge {
            Gauge(label: "connection.\(label)", dimensions: pool + more, factory: factory)
        }
        func counter(_ label: String) -> Counter {
            Counter(label: "connection.\(label)", dimensions: pool, factory: factory)
        }
        states = [
            (gauge("count", [("state", "idle")]), { @Sendable in $0.idle }),
            (gauge("count", [("state", "used")]), { @Sendable in $0.borrowed }),
            (gauge("count", [("state", "opening")]), { @Sendable in $0.opening }),
            (gauge("pending_requests"), { @Sendable in $0.waiting }),
        ]
        totals = [
            (counter("timeouts"), { @Sendable in $0.timedOut }),
            (counter("refusals"), { @Sendable in $0.refused }),
            (counter("opened"), { @Sendable in $0.opened }),
            (counter("closed"), { @Sendable in $0.closed }),
            (counter("failures"), { @Sendable in $0.failedToOpen }),
        ]
        maximum = gauge("max")
        wait = Timer(label: "connection.wait_time", dimensions: pool, factory: factory)
    }

    func report(_ snapshot: PoolSnapshot, maximum: Int) {
        self.maximum.record(maximum)
        for (gauge, value) in states {
            gauge.record(value(snapshot))
        }
        let before = told.snapshot.withLock { told in
            let before = told
            told = snapshot
            return before
        }
        for (counter, value) in totals {
            counter.increment(by: value(snapshot) - value(before))
        }
    }

    func waited(_ duration: Duration) {
        wait.record(duration: duration)
    }
}
