import Synchronization

/// Lets one task at a time work on an order, by its idempotency key.
package final class OrderGate: Sendable {
    private let busy = Mutex<Set<String>>([])

    package init() {}

    /// Takes an order; false when somebody works on it.
    package func enter(_ key: String) -> Bool {
        busy.withLock { $0.insert(key).inserted }
    }

    /// Gives an order back.
    package func leave(_ key: String) {
        _ = busy.withLock { $0.remove(key) }
    }
}
