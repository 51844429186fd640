import Synchronization

/// The routing table that is in force, and the place to put another.
///
/// A request takes the table once, when it begins, and finishes on it, however often the table is
/// replaced meanwhile.
public final class LiveRoutes: Sendable {
    private let table: Mutex<RoutingTable>
    private let requests = Atomic<Int>(0)
    private let outdated = Atomic<Bool>(false)

    /// Begins with `table`.
    public init(_ table: RoutingTable) {
        self.table = Mutex(table)
    }

    /// The table for a request that begins now.
    public var current: RoutingTable {
        table.withLock { $0 }
    }

    /// Whether the configuration has changed into one that cannot be put in force.
    ///
    /// The table is then the last one that could.
    public var isOutdated: Bool { outdated.load(ordering: .relaxed) }

    /// Notes whether the table is what the configuration says now.
    func setOutdated(_ isOutdated: Bool) {
        outdated.store(isOutdated, ordering: .relaxed)
    }

    /// How many requests a gateway with a health path of its own has begun to pass on.
    public var requestCount: Int { requests.load(ordering: .relaxed) }

    func countRequest() {
        requests.add(1, ordering: .relaxed)
    }

    /// Puts `table` in force for requests that begin from now on.
    public func replace(with table: RoutingTable) {
        let old = self.table.withLock { current in
            let old = current
            current = table
            return old
        }
        // The last reference to a table with many routes is better dropped outside of the lock.
        _ = old
    }
}
