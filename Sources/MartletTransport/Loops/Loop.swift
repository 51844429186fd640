package import NIOCore
import Synchronization

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#endif

/// One event loop as a task executor: what a task suspended on it resumes on it.
///
/// Jobs that are enqueued on the loop's own thread go into a plain array and run when the current
/// turn ends, without a lock or a wake-up. Jobs from other threads go through a locked queue and
/// wake the loop once. After ``retire()`` jobs run on Swift's global executor.
// Sound because every stored `var` is touched on the loop's own thread only (asserted by
// `assertCurrent`), and what other threads touch is behind a `Mutex` or is atomic.
package final class Loop: TaskExecutor, @unchecked Sendable {
    package let eventLoop: any EventLoop
    /// The position among its siblings.
    package let index: Int
    /// What the watchdog looks at.
    package let activity = LoopActivity()

    private struct Remote: ~Copyable {
        var jobs: [UnownedJob] = []
        var work: [@Sendable () -> Void] = []
        /// Jobs go to Swift's global executor.
        var isRetired = false
        /// The loop's thread is gone; work runs on the thread that brings it.
        var hasEnded = false
        /// Whether a thread runs such work.
        var isFinishing = false
    }
    private let remote = Mutex(Remote())

    // Unchecked at run time: only this thread touches these, a few instructions at a time.
    @exclusivity(unchecked) private var ready: [UnownedJob] = []
    @exclusivity(unchecked) private var batch: [UnownedJob] = []
    @exclusivity(unchecked) private var turnDepth = 0
    @exclusivity(unchecked) private var isDrainScheduled = false
    @exclusivity(unchecked) private var dirty: [any TurnEndObserver] = []

    /// The buffer that connections gather a turn's output in; one a loop, so that an idle
    /// connection holds none.
    @exclusivity(unchecked) package var scratch = ByteBuffer()
    @exclusivity(unchecked) package var timers = TickTimers()

    /// The most jobs that run before the loop looks at its sockets again.
    package static let jobsPerTurn = 1024

    package init(eventLoop: any EventLoop, index: Int = 0) {
        self.eventLoop = eventLoop
        self.index = index
        eventLoop.execute { self.makeCurrent() }
    }

    // MARK: Which loop is this

    private static let key: pthread_key_t = {
        var key = pthread_key_t()
        let result = pthread_key_create(&key, nil)
        precondition(result == 0, "A process has room for the one thread-local that loops need.")
        return key
    }()

    /// The loop that the calling thread runs, if any.
    package static var current: Loop? {
        guard let pointer = pthread_getspecific(key) else { return nil }
        // Sound because a loop outlives its thread: `EventLoops` holds it until the thread ended.
        return Unmanaged<Loop>.fromOpaque(pointer).takeUnretainedValue()
    }

    /// Whether the calling thread is this loop's.
    @inline(__always)
    package var isCurrent: Bool {
        pthread_getspecific(Self.key) == Unmanaged.passUnretained(self).toOpaque()
    }

    /// Makes the calling thread this loop's; tests call it for a loop that they step by hand.
    package func makeCurrent() {
        pthread_setspecific(Self.key, Unmanaged.passUnretained(self).toOpaque())
    }

    /// Undoes ``makeCurrent()``, for threads that tests borrow.
    package func resignCurrent() {
        pthread_setspecific(Self.key, nil)
    }

    package func assertCurrent() {
        assert(isCurrent, "This is touched on its event loop only.")
    }

    // MARK: Jobs

    package func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        if isCurrent {
            ready.append(job)
            scheduleDrain()
        } else {
            enqueueFromElsewhere(job)
        }
    }

    private func enqueueFromElsewhere(_ job: UnownedJob) {
        enum Next {
            case wake
            case nothing
            case runElsewhere
        }
        let next: Next = remote.withLock { remote in
            if remote.isRetired { return .runElsewhere }
            remote.jobs.append(job)
            return remote.jobs.count == 1 ? .wake : .nothing
        }
        switch next {
        case .wake: eventLoop.execute { self.turn { self.takeRemoteJobs() } }
        case .nothing: break
        case .runElsewhere: globalConcurrentExecutor.enqueue(job)
        }
    }

    private func takeRemoteJobs() {
        let jobs = remote.withLock { remote in
            let jobs = remote.jobs
            remote.jobs.removeAll(keepingCapacity: true)
            return jobs
        }
        ready.append(contentsOf: jobs)
    }

    /// Runs `work` on this loop: at once when called on it.
    package func run(_ work: @escaping @Sendable () -> Void) {
        if isCurrent {
            turn(work)
            return
        }
        enum Next {
            case wake
            case nothing
            case runHere
        }
        let next: Next = remote.withLock { remote in
            remote.work.append(work)
            guard remote.hasEnded else { return remote.work.count == 1 ? .wake : .nothing }
            if remote.isFinishing { return .nothing }
            remote.isFinishing = true
            return .runHere
        }
        switch next {
        case .wake: eventLoop.execute { self.turn { self.runRemoteWork() } }
        case .nothing: break
        case .runHere: finishRemoteWork()
        }
    }

    private func runRemoteWork() {
        let work = remote.withLock { remote in
            defer { remote.work = [] }
            return remote.work
        }
        for piece in work {
            piece()
        }
    }

    /// Does one turn's work; when the outermost turn ends, what became ready runs and what was
    /// written leaves.
    @inline(__always)
    package func turn(_ work: () -> Void) {
        beginTurn()
        work()
        endTurn()
    }

    @inline(__always)
    package func beginTurn() {
        turnDepth += 1
    }

    @inline(__always)
    package func endTurn() {
        turnDepth -= 1
        if turnDepth == 0 {
            finishTurn()
        }
    }

    private func finishTurn() {
        turnDepth += 1
        var left = Self.jobsPerTurn
        while true {
            while !ready.isEmpty, left > 0 {
                swap(&ready, &batch)
                left -= batch.count
                for job in batch {
                    runJob(job)
                }
                batch.removeAll(keepingCapacity: true)
            }
            if dirty.isEmpty { break }
            let observer = dirty.removeLast()
            observer.turnEnded()
        }
        turnDepth -= 1
        if !ready.isEmpty {
            scheduleDrain(after: Self.lookTime)
        }
    }

    /// How long the loop may wait for its sockets before jobs go on that were too many for a turn.
    ///
    /// Not zero: what NIO is given to execute at once, it executes before it looks at a socket.
    private static let lookTime = TimeAmount.microseconds(20)

    @inline(__always)
    private func runJob(_ job: UnownedJob) {
        activity.begin(job: job)
        job.runSynchronously(on: asUnownedTaskExecutor())
        activity.end()
    }

    private func scheduleDrain(after time: TimeAmount? = nil) {
        guard turnDepth == 0, !isDrainScheduled else { return }
        isDrainScheduled = true
        let drain: @Sendable () -> Void = {
            self.isDrainScheduled = false
            self.turn {}
        }
        if let time {
            eventLoop.scheduleTask(in: time, drain)
        } else {
            eventLoop.execute(drain)
        }
    }

    /// Calls `observer` once when the turn ends.
    package func atTurnEnd(_ observer: any TurnEndObserver) {
        assertCurrent()
        assert(turnDepth > 0, "Output is written inside a turn.")
        dirty.append(observer)
    }

    // MARK: Shutdown

    /// Sends jobs that are enqueued from now on by other threads to Swift's global executor.
    package func retire() {
        remote.withLock { $0.isRetired = true }
    }

    /// Hands jobs that the loop did not get to, to Swift's global executor, and does its other work
    /// here.
    ///
    /// Call it when the loop's thread has ended. What ``run(_:)`` is given from then on runs on the
    /// thread that calls it, one piece at a time: whoever waits for it is not left hanging.
    package func releaseStrandedJobs() {
        let stranded = remote.withLock { remote in
            let jobs = remote.jobs
            remote.jobs.removeAll()
            remote.hasEnded = true
            remote.isFinishing = true
            return jobs
        }
        for job in stranded + ready {
            globalConcurrentExecutor.enqueue(job)
        }
        ready.removeAll()
        finishRemoteWork()
    }

    /// Runs what is left as if on the loop; one thread does at a time.
    private func finishRemoteWork() {
        let previous = pthread_getspecific(Self.key)
        makeCurrent()
        defer { pthread_setspecific(Self.key, previous) }
        while true {
            turn { runRemoteWork() }
            while !ready.isEmpty {
                turn {}
            }
            let isDone = remote.withLock { remote in
                guard remote.work.isEmpty else { return false }
                remote.isFinishing = false
                return true
            }
            if isDone { return }
        }
    }
}

/// Something that has work to do when the current turn of its loop ends.
package protocol TurnEndObserver: AnyObject {
    func turnEnded()
}
