import Logging
import MartletCore
import Synchronization
import Testing

@Suite("Pool")
struct PoolTests {
    private struct Broken: Error {}

    /// Who was served, in order.
    private final class Log: Sendable {
        let active = Atomic(0)
        let holding = Atomic(0)
        private let numbers = Mutex<[Int]>([])
        func add(_ number: Int) { numbers.withLock { $0.append(number) } }
        var served: [Int] { numbers.withLock { $0 } }
    }

    private let log = Log()
    private let clock = ManualClock()
    private let factory = PoolItems()

    @Test("an item is opened when one is needed, lent to one at a time and used again")
    func reuse() async throws {
        let pool = factory.pool(clock: clock)
        #expect(pool.snapshot == PoolSnapshot())
        let first = try await pool.withItem { item in
            #expect(pool.snapshot.borrowed == 1)
            return item
        }
        #expect(first == 1)
        #expect(try await pool.withItem { $0 } == 1)
        try await pool.withItem { _ in
            let second = try await pool.withItem { $0 }
            #expect(second == 2)
        }
        #expect(pool.snapshot.idle == 2)
        #expect(pool.snapshot.opened == 2)
        #expect(pool.snapshot.borrows == 4)
    }

    @Test("the item used last is used first")
    func lastUsedFirst() async throws {
        let pool = factory.pool(clock: clock)
        try await pool.withItem { _ in try await pool.withItem { _ in } }
        // The first was given back last.
        for _ in 0..<5 { #expect(try await pool.withItem { $0 } == 1) }
    }

    @Test("there are never more items than the maximum, and waiters are served in their order")
    func maximum() async throws {
        let pool = factory.pool(clock: clock) { $0.maximum = 1 }
        try await withThrowingTaskGroup(of: Void.self) { group in
            try await pool.withItem { _ in
                for number in 0..<5 {
                    group.addTask {
                        try await pool.withItem { _ in log.add(number) }
                    }
                    try await eventually { pool.snapshot.waiting == number + 1 }
                }
                clock.advance(by: .seconds(2))
            }
            try await group.waitForAll()
        }
        #expect(log.served == [0, 1, 2, 3, 4])
        #expect(factory.mostOpen == 1)
        #expect(pool.snapshot.waits == 5)
        #expect(pool.snapshot.totalWait == .seconds(10))
        #expect(pool.snapshot.longestWait == .seconds(2))
    }

    @Test("under steady load nobody waits longer than another")
    func noStarvation() async throws {
        let pool = factory.pool(clock: clock) { $0.maximum = 8 }
        log.active.store(64, ordering: .relaxed)
        await withTaskGroup(of: Void.self) { group in
            for _ in 0..<64 {
                group.addTask {
                    for _ in 0..<20 { try? await pool.withItem { _ in try await hold() } }
                    log.active.subtract(1, ordering: .relaxed)
                }
            }
            while log.active.load(ordering: .relaxed) > 0 {
                // Each task holds an item for a while, or waits for one until its deadline.
                let active = log.active.load(ordering: .relaxed)
                let holding = log.holding.load(ordering: .relaxed)
                if holding == min(8, active), clock.sleeperCount == active {
                    clock.advance(by: .milliseconds(1))
                }
                await Task.yield()
            }
        }
        let snapshot = pool.snapshot
        #expect(snapshot.borrows == 64 * 20)
        #expect(snapshot.longestWait == .milliseconds(7))
        #expect(snapshot.totalWait / snapshot.waits > .milliseconds(6))
        #expect(factory.mostOpen == 8)
    }

    private func hold() async throws {
        log.holding.add(1, ordering: .relaxed)
        let end = clock.now + .milliseconds(1)
        try await clock.sleep(until: end, tolerance: nil)
        log.holding.subtract(1, ordering: .relaxed)
    }

    @Test("a wait ends at its deadline, or after the pool's longest wait")
    func deadline() async throws {
        let pool = factory.pool(clock: clock) { $0.maximum = 1 }
        let soon = clock.now + .seconds(2)
        try await pool.withItem { _ in
            await withTaskGroup(of: Void.self) { group in
                for deadline in [soon, nil] {
                    group.addTask {
                        let error = await #expect(throws: WaitError.self) {
                            try await pool.withItem(until: deadline) { _ in }
                        }
                        #expect(error?.code == .timedOut)
                    }
                }
                try? await clock.waitForSleepers(2)
                clock.advance(by: .seconds(2))
                await group.next()
                #expect(pool.snapshot.timedOut == 1)
                clock.advance(by: .seconds(28))
            }
        }
        #expect(pool.snapshot.timedOut == 2)
        #expect(pool.snapshot.waiting == 0)
        #expect(pool.snapshot.idle == 1)
    }

    @Test("a line that is full refuses at once")
    func fullQueue() async throws {
        let pool = factory.pool(clock: clock) {
            $0.maximum = 1
            $0.maximumWaiters = 0
        }
        try await pool.withItem { _ in
            let error = await #expect(throws: WaitError.self) { try await pool.withItem { _ in } }
            #expect(error?.code == .queueFull)
        }
        #expect(pool.snapshot.refused == 1)
    }

    @Test("a waiter that is cancelled steals no turn and takes no item with it")
    func cancelledWaiter() async throws {
        let pool = factory.pool(clock: clock) { $0.maximum = 1 }
        try await withThrowingTaskGroup(of: Int.self) { later in
            try await pool.withItem { _ in
                try await withThrowingTaskGroup(of: Int.self) { first in
                    first.addTask { try await pool.withItem { $0 } }
                    try await eventually { pool.snapshot.waiting == 1 }
                    later.addTask { try await pool.withItem { $0 } }
                    try await eventually { pool.snapshot.waiting == 2 }
                    first.cancelAll()
                    await #expect(throws: CancellationError.self) { try await first.next() }
                }
            }
            #expect(try await later.next() == 1)
        }
        #expect(pool.snapshot.cancelled == 1)
        #expect(pool.snapshot.opened == 1)
        #expect(pool.snapshot.idle == 1)
    }

    @Test("when an item cannot be opened its place goes to the next in line")
    func failedOpening() async throws {
        let pool = factory.pool(clock: clock) { $0.maximum = 1 }
        factory.failures.store(1, ordering: .relaxed)
        try await withThrowingTaskGroup(of: Int.self) { group in
            await factory.gate.hold()
            group.addTask { try await pool.withItem { $0 } }
            try await eventually { pool.snapshot.opening == 1 }
            group.addTask { try await pool.withItem { $0 } }
            try await eventually { pool.snapshot.waiting == 1 }
            factory.gate.release()
            await #expect(throws: PoolItems.CannotOpen.self) { try await group.next() }
            #expect(try await group.next() == 1)
        }
        #expect(pool.snapshot.failedToOpen == 1)
        #expect(pool.snapshot.opening == 0)
    }

    @Test("whoever is cancelled while it opens an item leaves its place to the next in line")
    func cancelledOpening() async throws {
        let pool = factory.pool(clock: clock) { $0.maximum = 1 }
        try await withThrowingTaskGroup(of: Int.self) { later in
            await factory.gate.hold()
            try await withThrowingTaskGroup(of: Int.self) { first in
                first.addTask { try await pool.withItem { $0 } }
                try await eventually { pool.snapshot.opening == 1 }
                later.addTask { try await pool.withItem { $0 } }
                try await eventually { pool.snapshot.waiting == 1 }
                first.cancelAll()
                await #expect(throws: CancellationError.self) { try await first.next() }
            }
            factory.gate.release()
            #expect(try await later.next() == 1)
        }
        #expect(pool.snapshot.failedToOpen == 0)
    }

    @Test("an item whose user failed is closed, unless it survives such an error")
    func failedUser() async throws {
        let pool = factory.pool(clock: clock, survives: Broken.self)
        await #expect(throws: Broken.self) { try await pool.withItem { _ in throw Broken() } }
        #expect(pool.snapshot.idle == 1)
        await #expect(throws: CancellationError.self) {
            try await pool.withItem { _ in throw CancellationError() }
        }
        #expect(pool.snapshot.idle == 0)
        #expect(pool.snapshot.closedAfterError == 1)
        #expect(factory.closed == [1])
        #expect(try await pool.withItem { $0 } == 2)
    }

    @Test("an item that was idle for a while is checked, and replaced when it fails")
    func healthCheck() async throws {
        let pool = factory.pool(clock: clock)
        for _ in 0..<3 { try await pool.withItem { _ in } }
        #expect(factory.checks.load(ordering: .relaxed) == 0)
        clock.advance(by: .milliseconds(500))
        #expect(try await pool.withItem { $0 } == 1)
        #expect(factory.checks.load(ordering: .relaxed) == 1)
        clock.advance(by: .milliseconds(500))
        factory.areHealthy.store(false, ordering: .relaxed)
        #expect(try await pool.withItem { $0 } == 2)
        #expect(factory.closed == [1])
        #expect(pool.snapshot.closedUnhealthy == 1)
        #expect(pool.snapshot.borrows == 5)
    }

    @Test("an item past its lifetime is replaced, when it is borrowed and when it comes back")
    func lifetime() async throws {
        let pool = factory.pool(clock: clock) {
            $0.lifetime = .seconds(100)
            $0.lifetimeJitter = 0
        }
        try await pool.withItem { _ in }
        clock.advance(by: .seconds(100))
        try await pool.withItem { item in
            #expect(item == 2)
            #expect(factory.closed == [1])
            clock.advance(by: .seconds(100))
        }
        #expect(factory.closed == [1, 2])
        #expect(pool.snapshot.closedOld == 2)
        #expect(pool.snapshot.idle == 0)
    }

    @Test("a lifetime is cut by its jitter")
    func jitter() async throws {
        let pool = factory.pool(clock: clock, random: 0.5) {
            $0.lifetime = .seconds(100)
            $0.lifetimeJitter = 0.2
        }
        try await pool.withItem { _ in }
        clock.advance(by: .milliseconds(89_999))
        #expect(try await pool.withItem { $0 } == 1)
        clock.advance(by: .milliseconds(1))
        #expect(try await pool.withItem { $0 } == 2)
    }

    @Test("the limits have the defaults that are documented")
    func defaults() {
        let configuration = PoolConfiguration()
        #expect(configuration.minimum == 0)
        #expect(configuration.maximum == 10)
        #expect(configuration.maximumWaiters == 10_000)
        #expect(configuration.maximumWait == .seconds(30))
        #expect(configuration.idleTime == .seconds(600))
        #expect(configuration.lifetime == .seconds(1_800))
        #expect(configuration.lifetimeJitter == 0.1)
        #expect(configuration.healthCheckAfter == .milliseconds(500))
        #expect(configuration.upkeepInterval == .seconds(1))
        #expect(configuration.shutdownGracePeriod == .seconds(30))
    }
}
