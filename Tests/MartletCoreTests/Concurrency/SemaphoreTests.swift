import MartletCore
import Synchronization
import Testing

@Suite("Semaphore", .timeLimit(.minutes(1)))
struct SemaphoreTests {
    /// What the tasks of a test have seen.
    private final class Log: Sendable {
        let running = Atomic(0)
        let most = Atomic(0)
        let served = Mutex<[Int]>([])
    }

    private let log = Log()

    private func waitForWaiters(_ semaphore: Semaphore, _ count: Int) async throws {
        try await eventually { semaphore.waiterCount == count }
    }

    @Test("no more tasks than permits run at a time")
    func bound() async throws {
        let semaphore = Semaphore(permits: 3, maximumWaiters: 100)
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<50 {
                group.addTask {
                    try await semaphore.withPermit {
                        let now = log.running.add(1, ordering: .relaxed).newValue
                        log.most.max(now, ordering: .relaxed)
                        for _ in 0..<5 { await Task.yield() }
                        log.running.subtract(1, ordering: .relaxed)
                    }
                }
            }
            try await group.waitForAll()
        }
        #expect(log.most.load(ordering: .relaxed) <= 3)
        #expect(semaphore.available == 3)
        #expect(semaphore.waiterCount == 0)
    }

    @Test("waiters are served in the order in which they came")
    func order() async throws {
        let semaphore = Semaphore(permits: 1, maximumWaiters: 10)
        try await semaphore.acquire()
        try await withThrowingTaskGroup(of: Void.self) { group in
            for number in 0..<5 {
                group.addTask {
                    try await semaphore.acquire()
                    log.served.withLock { $0.append(number) }
                    semaphore.release()
                }
                try await waitForWaiters(semaphore, number + 1)
            }
            semaphore.release()
            try await group.waitForAll()
        }
        #expect(log.served.withLock { $0 } == [0, 1, 2, 3, 4])
    }

    @Test("a queue that is full refuses at once")
    func fullQueue() async throws {
        let semaphore = Semaphore(permits: 1, maximumWaiters: 0)
        #expect(semaphore.tryAcquire())
        #expect(!semaphore.tryAcquire())
        let error = await #expect(throws: WaitError.self) { try await semaphore.acquire() }
        #expect(error?.code == .queueFull)
        semaphore.release()
        try await semaphore.acquire()
    }

    @Test("a waiter that is cancelled leaves the queue and takes no permit")
    func cancellation() async throws {
        let semaphore = Semaphore(permits: 1, maximumWaiters: 10)
        try await semaphore.acquire()
        try await withThrowingTaskGroup(of: Bool.self) { group in
            group.addTask {
                do {
                    try await semaphore.acquire()
                    return false
                } catch {
                    return error is CancellationError
                }
            }
            try await waitForWaiters(semaphore, 1)
            group.cancelAll()
            let wasCancelled = try await group.next()
            #expect(wasCancelled == true)
        }
        #expect(semaphore.waiterCount == 0)
        semaphore.release()
        #expect(semaphore.available == 1)
    }

    @Test("a task that is cancelled already does not wait")
    func cancelledBefore() async throws {
        let semaphore = Semaphore(permits: 1, maximumWaiters: 10)
        try await semaphore.acquire()
        await withTaskGroup(of: Void.self) { group in
            group.cancelAll()
            group.addTask {
                await #expect(throws: CancellationError.self) { try await semaphore.acquire() }
            }
        }
        #expect(semaphore.waiterCount == 0)
    }

    @Test("a waiter whose time has come leaves the queue, and the next one is served")
    func deadline() async throws {
        let clock = ManualClock()
        let semaphore = Semaphore(permits: 1, maximumWaiters: 10)
        try await semaphore.acquire()
        let start = clock.now
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                let error = await #expect(throws: WaitError.self) {
                    try await semaphore.acquire(until: start + .seconds(1), clock: clock)
                }
                #expect(error?.code == .timedOut)
            }
            try await clock.waitForSleepers()
            group.addTask { try await semaphore.acquire(until: start + .seconds(5), clock: clock) }
            try await clock.waitForSleepers(2)
            clock.advance(by: .seconds(1))
            try await group.next()
            semaphore.release()
            try await group.waitForAll()
        }
        #expect(semaphore.available == 0)
        #expect(clock.sleeperCount == 0)
    }

    @Test("no permit is lost when grants, deadlines and cancellations race")
    func race() async throws {
        let semaphore = Semaphore(permits: 2, maximumWaiters: 1000)
        await withTaskGroup(of: Void.self) { group in
            for number in 0..<400 {
                group.addTask {
                    let deadline = ContinuousClock.now + .microseconds(number % 7 * 50)
                    do {
                        try await semaphore.acquire(until: deadline)
                    } catch {
                        return
                    }
                    await Task.yield()
                    semaphore.release()
                }
            }
            for _ in 0..<100 { await group.next() }
            group.cancelAll()
        }
        #expect(semaphore.available == 2)
        #expect(semaphore.waiterCount == 0)
    }

    @Test("cancelled at random, tasks leave every permit behind", arguments: 0..<8 as Range<UInt64>)
    func randomCancellation(seed: UInt64) async {
        let semaphore = Semaphore(permits: 3, maximumWaiters: 1_000)
        await withRandomCancellation(tasks: 200, seed: seed) { _, random in
            let steps = Int.random(in: 0..<4, using: &random)
            let now = { log.running.add(1, ordering: .relaxed).newValue }
            if Bool.random(using: &random) {
                let deadline = ContinuousClock.now + .seconds(3_600)
                try await semaphore.acquire(until: deadline)
            } else {
                try await semaphore.acquire()
            }
            log.most.max(now(), ordering: .relaxed)
            for _ in 0..<steps { await Task.yield() }
            log.running.subtract(1, ordering: .relaxed)
            semaphore.release()
        }
        #expect(log.most.load(ordering: .relaxed) <= 3)
        #expect(semaphore.available == 3)
        #expect(semaphore.waiterCount == 0)
    }
}
