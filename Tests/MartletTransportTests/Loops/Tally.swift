import Synchronization

/// A number that tests count in from any thread.
final class Tally: Sendable {
    private let storage = Atomic<Int>(0)

    var count: Int { storage.load(ordering: .sequentiallyConsistent) }

    func add() {
        storage.add(1, ordering: .sequentiallyConsistent)
    }
}
