package import MartletCore
import Synchronization

/// What a running service knows of itself.
package final class ServiceState: Sendable {
    private let requests = Atomic<Int>(0)
    private let failures = Atomic<Int>(0)
    private let active = Atomic<Int>(0)
    private let draining = Atomic<Bool>(false)
    private let clock: any MonotonicClock
    private let start: ContinuousClock.Instant

    package init(clock: any MonotonicClock) {
        self.clock = clock
        start = clock.now
    }

    /// Whether the service shuts down.
    var isDraining: Bool { draining.load(ordering: .relaxed) }

    /// Says that the service shuts down.
    package func drain() {
        draining.store(true, ordering: .relaxed)
    }

    /// Counts a request that has come.
    func begin() {
        active.add(1, ordering: .relaxed)
    }

    /// Counts a request that has been answered.
    func end(failed: Bool) {
        active.subtract(1, ordering: .relaxed)
        requests.add(1, ordering: .relaxed)
        if failed { failures.add(1, ordering: .relaxed) }
    }

    /// The counts as JSON.
    var statistics: String {
        """
        {"requests":\(requests.load(ordering: .relaxed)),\
        "failures":\(failures.load(ordering: .relaxed)),\
        "active":\(active.load(ordering: .relaxed)),\
        "uptimeSeconds":\((clock.now - start).components.seconds)}
        """
    }
}
