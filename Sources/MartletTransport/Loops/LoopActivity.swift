package import MartletCore
import Synchronization

/// What a loop is doing now, for the watchdog on another thread to read.
///
/// The count is odd while the loop runs someone's code, so that holding a loop shows as the same
/// odd number twice; no clock is read on the loop.
// Sound because `depth` is touched on the loop only, and all else is atomic or behind a `Mutex`.
package final class LoopActivity: @unchecked Sendable {
    private let sequence = Atomic<UInt64>(0)
    private let label = Atomic<UInt32>(0)
    private let job = Atomic<UInt>(0)
    /// How many pieces of work are on the loop's stack.
    @exclusivity(unchecked) private var depth = 0
    /// The labels of tasks that are suspended, by the task's address.
    private let suspended = Mutex<[UInt: WorkLabel]>([:])

    /// The loop begins to run something that will label itself.
    @inline(__always)
    package func begin() {
        begin(address: 0)
    }

    /// The loop begins to run a task's next part.
    @inline(__always)
    package func begin(job: UnownedJob) {
        // Sound because a job of a task has the address of the task, and only the address is kept.
        begin(address: unsafeBitCast(job, to: UInt.self))
    }

    @inline(__always)
    private func begin(address: UInt) {
        job.store(address, ordering: .relaxed)
        label.store(0, ordering: .relaxed)
        // By two inside another piece of work: the count is odd as long as the loop is held.
        let step: UInt64 = depth == 0 ? 1 : 2
        depth += 1
        sequence.store(sequence.load(ordering: .relaxed) &+ step, ordering: .releasing)
    }

    /// What began last has returned.
    @inline(__always)
    package func end() {
        depth -= 1
        let step: UInt64 = depth == 0 ? 1 : 2
        sequence.store(sequence.load(ordering: .relaxed) &+ step, ordering: .releasing)
        job.store(0, ordering: .relaxed)
    }

    /// What runs now says what it is.
    @inline(__always)
    package func setLabel(_ label: WorkLabel) {
        self.label.store(label.rawValue, ordering: .relaxed)
    }

    /// What runs now is called, as far as it said.
    package var currentLabel: WorkLabel { WorkLabel(rawValue: label.load(ordering: .relaxed)) }

    /// Remembers the label of a task that suspends.
    package func suspend(task: UInt, label: WorkLabel) {
        suspended.withLock { $0[task] = label }
    }

    /// Forgets a task that has ended.
    package func forget(task: UInt) {
        suspended.withLock { _ = $0.removeValue(forKey: task) }
    }

    /// A look at the loop: nil when it runs nothing.
    package func snapshot() -> (sequence: UInt64, label: WorkLabel)? {
        let sequence = sequence.load(ordering: .acquiring)
        guard sequence & 1 == 1 else { return nil }
        let own = WorkLabel(rawValue: label.load(ordering: .relaxed))
        if own != .unknown { return (sequence, own) }
        let job = job.load(ordering: .relaxed)
        return (sequence, suspended.withLock { $0[job] } ?? .unknown)
    }
}
