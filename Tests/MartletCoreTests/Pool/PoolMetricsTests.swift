import MartletCore
import Metrics
import MetricsTestKit
import Testing

@Suite("Metrics of a pool", .timeLimit(.minutes(1)))
struct PoolMetricsTests {
    private let clock = ManualClock()
    private let items = PoolItems()
    private let instruments = TestMetrics()

    private func gauge(_ name: String, _ state: String? = nil) throws -> Double {
        let dimensions = [("pool.name", "test")] + (state.map { [("state", $0)] } ?? [])
        return try instruments.expectGauge("connection.\(name)", dimensions).lastValue ?? -1
    }

    private func counter(_ name: String) throws -> Int64 {
        try instruments.expectCounter("connection.\(name)", [("pool.name", "test")]).totalValue
    }

    @Test("say what the pool holds, and what it has done")
    func values() async throws {
        let metrics = PoolMetrics(name: "test", factory: instruments)
        let pool = items.pool(clock: clock, metrics: metrics) { $0.maximum = 2 }
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { await pool.run() }
            try await clock.waitForSleepers(2)
            try await pool.withItem { _ in
                try await pool.withItem { _ in
                    let deadline = clock.now.advanced(by: .milliseconds(1500))
                    group.addTask {
                        let error = await #expect(throws: WaitError.self) {
                            try await pool.withItem(until: deadline) { _ in }
                        }
                        #expect(error?.code == .timedOut)
                    }
                    try await eventually { pool.snapshot.waiting == 1 }
                    clock.advance(by: .seconds(1))
                    try await clock.waitForSleepers(2)
                    #expect(try gauge("max") == 2)
                    #expect(try gauge("count", "used") == 2)
                    #expect(try gauge("pending_requests") == 1)
                    #expect(try counter("opened") == 2)
                    clock.advance(by: .seconds(1))
                    try await eventually { pool.snapshot.waiting == 0 }
                    try await clock.waitForSleepers(2)
                }
            }
            clock.advance(by: .seconds(1))
            try await clock.waitForSleepers(2)
            #expect(try gauge("count", "used") == 0)
            #expect(try gauge("count", "idle") == 2)
            #expect(try counter("timeouts") == 1)
            group.cancelAll()
            try await group.waitForAll()
        }
        #expect(try counter("opened") == 2)
        #expect(try counter("closed") == 2)
        #expect(try gauge("count", "idle") == 0)
    }

    @Test("time each wait that was granted")
    func wait() async throws {
        let metrics = PoolMetrics(name: "test", factory: instruments)
        let pool = items.pool(clock: clock, metrics: metrics) { $0.maximum = 1 }
        try await withThrowingTaskGroup(of: Void.self) { group in
            try await pool.withItem { _ in
                group.addTask { try await pool.withItem { _ in } }
                try await eventually { pool.snapshot.waiting == 1 }
                clock.advance(by: .milliseconds(250))
            }
            try await group.waitForAll()
        }
        let timer = try instruments.expectTimer("connection.wait_time", [("pool.name", "test")])
        #expect(timer.values == [250_000_000])
        await pool.shutDown()
    }
}
