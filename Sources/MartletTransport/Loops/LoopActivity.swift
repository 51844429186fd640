package import MartletCore
import Synchronization

/// What a loop is doing now, for the watchdog on another thread to read.
///
/// The count is odd while the loop runs someone's code, so that holding a loop shows as the same
/// odd number twice; no clock is read on the loop.
package final class LoopActivity: Sendable {
    private let sequence = Atomic<UInt64>(0)
    private let label = Atomic<UInt32>(0)
    private let job = Atomic<UInt>(0)
    /// The labels of tasks that are suspended, by the task's address.
    private let suspended = Mutex<[UInt: WorkLabel]>([:])

    /// The loop begins to run something that will label itself.
    @inline(__always)
    package func begin() {
        label.store(0, ordering: .relaxed)
        sequence.add(1, ordering: .releasing)
    }

    /// The loop begins to run a task's next part.
    @inline(__always)
    package func begin(job: UnownedJob) {
        // Sound because a job of a task has the address of the task, and only the address is kept.
        self.job.store(unsafeBitCast(job, to: UInt.self), ordering: .relaxed)
        label.store(0, ordering: .relaxed)
        sequence.add(1, ordering: .releasing)
    }

    /// The loop is free again.
    @inline(__always)
    package func end() {
        sequence.add(1, ordering: .releasing)
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
