import Martlet
import MartletCore
import Synchronization
import Testing

@testable import TaskQueue

@Suite("A worker", .timeLimit(.minutes(2)))
struct WorkerTests {
    private struct Broken: Error, CustomStringConvertible {
        let description = "broken"
    }

    /// A worker whose time is moved by hand.
    private func worker(
        _ store: TaskStore,
        _ clock: ManualClock,
        _ work: @escaping Worker.Work
    ) -> Worker {
        var worker = Worker(store: store, work: ["test": work])
        worker.logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        worker.options.lease = .seconds(30)
        worker.options.backoff = Backoff(base: .seconds(1), cap: .seconds(60))
        worker.clock = clock
        let begin = clock.now
        worker.now = { WallTime(rawValue: 0) + begin.duration(to: clock.now) }
        return worker
    }

    private let start = WallTime(rawValue: 0)

    @Test("a task is done once, and then there is none")
    func done() async throws {
        try await withTemporaryFile { path in
            let store = try TaskStore(path: path)
            let seen = Mutex<[String]>([])
            let worker = worker(store, ManualClock()) { task in
                seen.withLock { $0.append(task.payload) }
            }
            let task = try await store.add("test", "x", due: start)
            #expect(try await worker.doNext())
            #expect(try await !worker.doNext())
            #expect(seen.withLock { $0 } == ["x"])
            #expect(try await store.task(task.id)?.state == .done)
        }
    }

    @Test("a task that fails waits no longer than its backoff says, then is dead")
    func retries() async throws {
        try await withTemporaryFile { path in
            let store = try TaskStore(path: path)
            let clock = ManualClock()
            let worker = worker(store, clock) { _ in throw Broken() }
            let task = try await store.add("test", "x", due: start, attemptLimit: 3)
            for ceiling in [1, 2, 4] {
                #expect(try await worker.doNext())
                let state = try #require(try await store.task(task.id))
                #expect(state.lastError == "broken")
                #expect((worker.now()...worker.now() + .seconds(ceiling)).contains(state.dueAt))
                clock.advance(by: .seconds(ceiling))
            }
            #expect(try await !worker.doNext())
            #expect(try await store.task(task.id)?.state == .dead)
        }
    }

    @Test("a task of a kind that the worker does not know fails")
    func unknownKind() async throws {
        try await withTemporaryFile { path in
            let store = try TaskStore(path: path)
            let worker = worker(store, ManualClock()) { _ in }
            let task = try await store.add("other", "x", due: start)
            #expect(try await worker.doNext())
            let reason = try await store.task(task.id)?.lastError
            #expect(reason?.contains("other") == true)
        }
    }

    @Test("a task that takes longer than its lease stays its worker's as long as that lives")
    func heartbeat() async throws {
        try await withTemporaryFile { path in
            let store = try TaskStore(path: path)
            let clock = ManualClock()
            let isOver = Mutex(false)
            let slow = worker(store, clock) { _ in
                while !isOver.withLock({ $0 }) {
                    try await ContinuousClock().sleep(for: .milliseconds(1))
                }
            }
            let task = try await store.add("test", "x", due: start)
            try await withThrowingTaskGroup(of: Bool.self) { group in
                group.addTask { try await slow.doNext() }
                for _ in 0..<9 {
                    try await clock.waitForSleepers()
                    clock.advance(by: .seconds(10))
                }
                try await clock.waitForSleepers()
                #expect(try await store.take(at: slow.now(), lease: .seconds(30)) == nil)
                isOver.withLock { $0 = true }
                #expect(try await group.next() == true)
            }
            #expect(try await store.task(task.id)?.state == .done)
            #expect(try await store.task(task.id)?.attempts == 1)
        }
    }

    @Test("work whose lease was lost is cancelled, and says nothing more of the task")
    func lostLease() async throws {
        try await withTemporaryFile { path in
            let store = try TaskStore(path: path)
            let clock = ManualClock()
            let worker = worker(store, clock) { _ in
                try await ContinuousClock().sleep(for: .seconds(600))
            }
            let task = try await store.add("test", "x", due: start)
            try await withThrowingTaskGroup(of: Bool.self) { group in
                group.addTask { try await worker.doNext() }
                try await clock.waitForSleepers()
                let later = start + .seconds(31)
                let other = try #require(try await store.take(at: later, lease: .seconds(30)))
                clock.advance(by: .seconds(10))
                #expect(try await group.next() == true)
                #expect(try await store.task(task.id) == other)
            }
        }
    }

    @Test("no more tasks are done at a time than the worker may, and as many as it may")
    func concurrency() async throws {
        try await withTemporaryFile { path in
            let store = try TaskStore(path: path)
            let counts = Mutex((running: 0, most: 0))
            var worker = Worker(store: store, work: [:])
            worker.logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
            worker.options.concurrency = 3
            worker.options.stopsWhenEmpty = true
            worker.options.pollInterval = .milliseconds(5)
            let started = Atomic(0)
            let parallel = Worker(
                store: store,
                work: [
                    "test": { _ in
                        counts.withLock { $0 = ($0.running + 1, max($0.most, $0.running + 1)) }
                        started.add(1, ordering: .relaxed)
                        while started.load(ordering: .relaxed) < 3 {
                            try await ContinuousClock().sleep(for: .milliseconds(1))
                        }
                        // One too many would begin meanwhile, and be counted.
                        try await ContinuousClock().sleep(for: .milliseconds(20))
                        counts.withLock { $0.running -= 1 }
                    }
                ],
                options: worker.options,
                logger: worker.logger
            )
            for _ in 0..<12 { _ = try await store.add("test", "x", due: start) }
            try await parallel.run()
            #expect(try await store.tasks(.done).count == 12)
            #expect(counts.withLock { $0.most } == 3)
        }
    }
}
