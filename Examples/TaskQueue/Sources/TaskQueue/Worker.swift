import Martlet
import ServiceLifecycle

/// Takes tasks and does them, several at a time, until it is told to stop.
///
/// A graceful shutdown lets the tasks that it has begun end. Cancelling and killing do not: their
/// leases end by themselves, and other workers take them.
struct Worker: ServiceLifecycle.Service {
    /// Does one task; when it throws, the task has failed.
    ///
    /// It may be called twice for one task: see the README on idempotency.
    typealias Work = @Sendable (QueuedTask) async throws -> Void

    /// How a worker works.
    struct Options: Sendable {
        /// How many tasks it does at a time.
        var concurrency = 4
        /// How long a task is kept from others without a sign of life.
        var lease: Duration = .seconds(30)
        /// How long to wait before looking for tasks again when there was none.
        var pollInterval: Duration = .milliseconds(200)
        /// How long a task that failed waits.
        var backoff = Backoff(base: .seconds(1), cap: .seconds(300))
        /// Whether to stop when nothing waits or runs.
        var stopsWhenEmpty = false
    }

    private struct UnknownKind: Error {
        let kind: String
    }

    /// Somebody else has the task now.
    private struct LeaseLost: Error {}

    let store: TaskStore
    /// What to do for each kind of task.
    let work: [String: Work]
    var options = Options()
    var logger = Logger(label: "task-queue")
    var clock: any MonotonicClock = ContinuousClock()
    var now: @Sendable () -> WallTime = WallTime.now

    /// Works until it is told to stop.
    func run() async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<options.concurrency {
                group.addTask { try await workInTurn() }
            }
            try await group.waitForAll()
        }
    }

    private func workInTurn() async throws {
        while !Task.isShuttingDownGracefully {
            try Task.checkCancellation()
            if try await doNext() { continue }
            if options.stopsWhenEmpty, try await store.isFinished() { return }
            try? await cancelWhenGracefulShutdown {
                try await clock.sleep(for: options.pollInterval)
            }
        }
    }

    /// Takes the next task and does it; false when none is due.
    func doNext() async throws -> Bool {
        guard let task = try await store.take(at: now(), lease: options.lease) else { return false }
        do {
            try await doUnderLease(task)
            if try await !store.finish(task) { throw LeaseLost() }
            logger.info("Task \(task.id) is done.")
        } catch is LeaseLost {
            logger.warning("Task \(task.id) took longer than its lease, and is somebody else's.")
        } catch {
            // A worker that is stopped says nothing of its task: the lease ends by itself.
            try Task.checkCancellation()
            let pause = options.backoff.delay(attempt: task.attempts - 1)
            _ = try await store.fail(task, "\(error)", retryAt: now() + pause)
            logger.warning("Task \(task.id) failed in attempt \(task.attempts): \(error)")
        }
        return true
    }

    /// Does a task and lengthens its lease meanwhile; whichever ends first ends the other.
    private func doUnderLease(_ task: QueuedTask) async throws {
        guard let work = work[task.kind] else { throw UnknownKind(kind: task.kind) }
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await work(task) }
            group.addTask { try await keepLease(of: task) }
            try await group.next()
            group.cancelAll()
        }
    }

    private func keepLease(of task: QueuedTask) async throws {
        while true {
            try await clock.sleep(for: options.lease / 3)
            guard try await store.extend(task, to: now() + options.lease) else { throw LeaseLost() }
        }
    }
}
