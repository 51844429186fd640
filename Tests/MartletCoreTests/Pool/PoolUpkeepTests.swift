import MartletCore
import ServiceLifecycle
import Synchronization
import Testing

@Suite("Upkeep of a pool")
struct PoolUpkeepTests {
    private let clock = ManualClock()
    private let factory = PoolItems()

    /// Runs `body` beside the pool's `run()`, which is cancelled in the end.
    private func running(
        _ pool: Pool<Int>,
        _ body: () async throws -> Void
    ) async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { await pool.run() }
            // One looks after the items, one after the deadlines.
            try await clock.waitForSleepers(2)
            try await body()
            group.cancelAll()
            try await group.waitForAll()
        }
    }

    /// Lets the upkeep do what is due after `duration`.
    private func pass(_ duration: Duration) async throws {
        clock.advance(by: duration)
        try await clock.waitForSleepers(2)
    }

    @Test("the minimum is kept open")
    func minimum() async throws {
        let pool = factory.pool(clock: clock) { $0.minimum = 3 }
        try await running(pool) {
            #expect(pool.snapshot.idle == 3)
            #expect(pool.snapshot.borrows == 0)
            await #expect(throws: CancellationError.self) {
                try await pool.withItem { _ in throw CancellationError() }
            }
            #expect(pool.snapshot.idle == 2)
            try await pass(.seconds(1))
            #expect(pool.snapshot.idle == 3)
            #expect(factory.opened == 4)
        }
        #expect(factory.open.isEmpty)
    }

    @Test("what is idle for too long is closed, down to the minimum")
    func idleTime() async throws {
        let pool = factory.pool(clock: clock) {
            $0.minimum = 1
            $0.idleTime = .seconds(60)
        }
        try await running(pool) {
            try await pool.withItem { _ in
                try await pool.withItem { _ in try await pool.withItem { _ in } }
            }
            try await pass(.seconds(59))
            #expect(pool.snapshot.idle == 3)
            try await pool.withItem { _ in }
            try await pass(.seconds(1))
            // The one that was just used is the one that stays.
            #expect(factory.open == [1])
            #expect(pool.snapshot.closedIdle == 2)
            try await pass(.seconds(200))
            #expect(pool.snapshot.idle == 1)
        }
    }

    @Test("what is too old is closed and replaced")
    func lifetime() async throws {
        let pool = factory.pool(clock: clock) {
            $0.minimum = 2
            $0.lifetime = .seconds(50)
        }
        try await running(pool) {
            try await pass(.seconds(49))
            #expect(factory.open == [1, 2])
            try await pass(.seconds(1))
            #expect(factory.open == [3, 4])
            #expect(pool.snapshot.closedOld == 2)
        }
    }

    @Test("a minimum that cannot be opened is tried again, less and less often")
    func backoff() async throws {
        let pool = factory.pool(clock: clock) { $0.minimum = 1 }
        factory.failures.store(1_000, ordering: .relaxed)
        try await running(pool) {
            for _ in 0..<60 { try await pass(.seconds(1)) }
            // At 0, 1, 3, 7, 15, 31 seconds; then every 30.
            #expect(pool.snapshot.failedToOpen == 6)
            factory.failures.store(0, ordering: .relaxed)
            try await pass(.seconds(1))
            #expect(pool.snapshot.idle == 1)
        }
    }

    @Test("one timer is enough for all who wait, and each of them ends at its own deadline")
    func deadlines() async throws {
        let pool = factory.pool(clock: clock) { $0.maximum = 1 }
        try await running(pool) {
            try await pool.withItem { _ in
                try await withThrowingTaskGroup(of: Void.self) { group in
                    for seconds in [5, 3, 3, 30] {
                        let deadline = clock.now + .milliseconds(seconds * 1_000 + 500)
                        group.addTask {
                            let error = await #expect(throws: WaitError.self) {
                                try await pool.withItem(until: deadline) { _ in }
                            }
                            #expect(error?.code == .timedOut)
                        }
                    }
                    try await eventually { pool.snapshot.waiting == 4 }
                    #expect(clock.sleeperCount == 2)
                    var left: [Int] = []
                    for _ in 0..<12 {
                        try await pass(.milliseconds(500))
                        left.append(pool.snapshot.waiting)
                    }
                    #expect(left == [4, 4, 4, 4, 4, 4, 2, 2, 2, 2, 1, 1])
                    #expect(pool.snapshot.timedOut == 3)
                    for _ in 0..<50 { try await pass(.milliseconds(500)) }
                    try await group.waitForAll()
                }
            }
            #expect(pool.snapshot.timedOut == 4)
        }
    }

    @Test("a wait that ends before the next look has a timer of its own")
    func shortDeadline() async throws {
        let pool = factory.pool(clock: clock) { $0.maximum = 1 }
        try await running(pool) {
            try await pool.withItem { _ in
                let deadline = clock.now + .milliseconds(300)
                try await withThrowingTaskGroup(of: Void.self) { group in
                    group.addTask {
                        await #expect(throws: WaitError.self) {
                            try await pool.withItem(until: deadline) { _ in }
                        }
                    }
                    try await clock.waitForSleepers(3)
                    clock.advance(by: .milliseconds(300))
                    try await group.waitForAll()
                }
            }
        }
    }

    @Test("a shutdown refuses who waits, closes what is idle and waits for what is borrowed")
    func shutDown() async throws {
        let pool = factory.pool(clock: clock) { $0.maximum = 2 }
        try await withThrowingTaskGroup(of: Void.self) { group in
            try await pool.withItem { _ in
                try await pool.withItem { _ in
                    group.addTask {
                        let error = await #expect(throws: WaitError.self) {
                            try await pool.withItem { _ in }
                        }
                        #expect(error?.code == .closed)
                    }
                    try await eventually { pool.snapshot.waiting == 1 }
                    group.addTask { await pool.shutDown() }
                    // The one who waited, and the pool that waits for its items.
                    try await eventually { pool.snapshot.waiting == 0 }
                    try await clock.waitForSleepers()
                }
                #expect(factory.closed == [2])
            }
            try await group.waitForAll()
        }
        #expect(factory.open.isEmpty)
        let error = await #expect(throws: WaitError.self) { try await pool.withItem { _ in } }
        #expect(error?.code == .closed)
        await pool.shutDown()
    }

    @Test("a shutdown waits no longer than its grace period")
    func gracePeriod() async throws {
        let pool = factory.pool(clock: clock) { $0.shutdownGracePeriod = .seconds(5) }
        try await pool.withItem { _ in
            await withTaskGroup(of: Void.self) { group in
                group.addTask { await pool.shutDown() }
                try? await clock.waitForSleepers()
                clock.advance(by: .seconds(5))
            }
            #expect(factory.closed.isEmpty)
        }
        #expect(factory.closed == [1])
    }

    @Test("as a service it is drained by a graceful shutdown")
    func service() async throws {
        let pool = factory.pool(clock: clock) { $0.minimum = 1 }
        let group = ServiceGroup(services: [pool], logger: factory.logger)
        try await withThrowingTaskGroup(of: Void.self) { tasks in
            tasks.addTask { try await group.run() }
            try await clock.waitForSleepers(2)
            try await pool.withItem { _ in
                await group.triggerGracefulShutdown()
                // What is borrowed keeps the pool, and with it the group.
                try await eventually { pool.isClosed }
                #expect(factory.closed.isEmpty)
            }
            try await tasks.waitForAll()
        }
        #expect(factory.open.isEmpty)
    }

    @Test(
        "cancelled at random, borrowers leave every item behind",
        arguments: 0..<8 as Range<UInt64>
    )
    func randomCancellation(seed: UInt64) async throws {
        let pool = factory.pool(clock: ContinuousClock()) {
            $0.maximum = 4
            $0.minimum = 2
            $0.upkeepInterval = .milliseconds(1)
            $0.healthCheckAfter = .zero
            // On a machine that is busy with other things, real time is no measure.
            $0.maximumWait = .seconds(3_600)
        }
        let users = Atomic(0)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { await pool.run() }
            await withRandomCancellation(tasks: 200, seed: seed) { _, random in
                let steps = Int.random(in: 0..<5, using: &random)
                try await pool.withItem { _ in
                    let now = users.add(1, ordering: .relaxed).newValue
                    #expect(now <= 4)
                    for _ in 0..<steps { await Task.yield() }
                    users.subtract(1, ordering: .relaxed)
                    try Task.checkCancellation()
                }
            }
            #expect(pool.snapshot.borrowed == 0)
            #expect(pool.snapshot.waiting == 0)
            group.cancelAll()
            try await group.waitForAll()
        }
        #expect(factory.mostOpen <= 4)
        #expect(factory.open.isEmpty)
        #expect(pool.snapshot.opened == pool.snapshot.closed)
    }
}
