import Metrics
import Synchronization

/// The series of one layer: found without a lock, made once, never more than a limit.
///
/// An open hash table of references that are written once. Series are never removed, so a reader
/// needs no protection; two threads that make the same series at once agree on the first. When the
/// table is full, whatever is new is counted in one series with the target `_OTHER`.
final class MetricSeriesTable: Sendable {
    private let slots: Slots
    private let mask: Int
    private let limit: Int
    private let count = Atomic<Int>(0)
    private let names: MetricNames
    private let factory: any MetricsFactory

    /// Makes a table for up to `limit` series, and one `_OTHER` a method, scheme and status class.
    init(limit: Int, names: MetricNames, factory: any MetricsFactory) {
        precondition(limit > 0, "a table holds at least one series")
        // What overflows has at most 10 methods × 2 schemes × 10 classes; a table needs room.
        let capacity = (limit + 200) * 2
        var size = 1
        while size < capacity { size *= 2 }
        self.slots = Slots(count: size)
        self.mask = size - 1
        self.limit = limit
        self.names = names
        self.factory = factory
    }

    /// The series with these labels, made when it is asked for the first time.
    func series(for key: MetricSeries.Key) -> MetricSeries {
        if let found = find(key, orInsertWithin: limit) { return found }
        let classOnly = MetricSeries.Key(
            target: "_OTHER",
            method: key.method,
            status: key.status / 100 * 100,
            isSecure: key.isSecure
        )
        guard let overflow = find(classOnly, orInsertWithin: .max) else {
            preconditionFailure("a table has room for every series that overflows")
        }
        return overflow
    }

    private func find(_ key: MetricSeries.Key, orInsertWithin limit: Int) -> MetricSeries? {
        var index = key.hashValue & mask
        while let present = slots[index] {
            if present.key == key { return present }
            index = (index + 1) & mask
        }
        guard count.load(ordering: .relaxed) < limit else { return nil }
        let made = MetricSeries(key, names: names, factory: factory)
        while true {
            let stored = slots.store(made, at: index)
            if stored === made {
                count.wrappingAdd(1, ordering: .relaxed)
                return made
            }
            if stored.key == key { return stored }
            index = (index + 1) & mask
        }
    }

    /// A fixed array of references that are written once.
    // Sound: the memory is allocated once, initialized before anyone sees it, accessed only through
    // atomics, and freed when no reference to this object is left.
    private final class Slots: @unchecked Sendable {
        private let base: UnsafeMutableBufferPointer<AtomicLazyReference<MetricSeries>>

        init(count: Int) {
            base = .allocate(capacity: count)
            for index in 0..<count {
                base.initializeElement(at: index, to: AtomicLazyReference())
            }
        }

        deinit {
            base.deinitialize()
            base.deallocate()
        }

        subscript(index: Int) -> MetricSeries? {
            base[index].load()
        }

        func store(_ series: MetricSeries, at index: Int) -> MetricSeries {
            base[index].storeIfNil(series)
        }
    }
}
