import ArgumentParser
import MartletCore

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#endif

/// Borrows from a pool and prints what a borrow costs and how fairly the borrowers wait.
struct BenchPool: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "pool",
        abstract: "Borrow from a pool, and print the cost of a borrow and the waits as JSON."
    )

    @Option(help: "The number of tasks that borrow.")
    var borrowers = 64

    @Option(help: "The most items of the pool.")
    var size = 8

    @Option(help: "How many times each task borrows.")
    var rounds = 2000

    @Option(help: "The milliseconds that an item is held; 0 only yields.")
    var hold = 0

    func run() async throws {
        var settings = PoolConfiguration()
        settings.maximum = size
        let pool = Pool<Int>(settings, open: { 1 }, close: { _ in })
        let spent = try await withThrowingTaskGroup(of: Void.self) { service in
            // As a service does, so that one timer is enough for all who wait.
            service.addTask { await pool.run() }
            defer { service.cancelAll() }
            let before = Self.processorTime()
            try await borrow(from: pool)
            return Self.processorTime() - before
        }
        let counts = pool.snapshot
        let cost = spent / Double(counts.borrows)
        let mean = counts.totalWait / max(1, counts.waits)
        print(
            """
            {"borrows": \(counts.borrows), "waits": \(counts.waits), "cpu_us": \(cost), \
            "mean_wait_us": \(Self.microseconds(mean)), \
            "longest_wait_us": \(Self.microseconds(counts.longestWait))}
            """
        )
    }

    private func borrow(from pool: Pool<Int>) async throws {
        try await withThrowingDiscardingTaskGroup { group in
            for _ in 0..<borrowers {
                group.addTask { [hold, rounds] in
                    for _ in 0..<rounds {
                        try await pool.withItem { _ in
                            if hold == 0 {
                                await Task.yield()
                            } else {
                                try await ContinuousClock().sleep(for: .milliseconds(hold))
                            }
                        }
                    }
                }
            }
        }
    }

    /// User and system time of the process, in microseconds.
    private static func processorTime() -> Double {
        var time = timespec()
        clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
        return Double(time.tv_sec) * 1e6 + Double(time.tv_nsec) / 1e3
    }

    private static func microseconds(_ duration: Duration) -> Double {
        duration / .microseconds(1)
    }
}
