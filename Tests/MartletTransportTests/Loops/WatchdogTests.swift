import MartletCore
import Synchronization
import Testing

@testable import MartletTransport

@Suite("Watchdog", .timeLimit(.minutes(1)))
struct WatchdogTests {
    /// The reports while `body` runs on loops that are watched.
    private func reports(
        changingThreshold change: Duration? = nil,
        of body: @Sendable (Loop) async throws -> Void
    ) async throws -> [LoopHeldReport] {
        let reports = Mutex<[LoopHeldReport]>([])
        let watchdog = WatchdogConfiguration(threshold: .milliseconds(100)) { report in
            reports.withLock { $0.append(report) }
        }
        let loops = EventLoops(count: 1, watchdog: watchdog)
        if let change { loops.watchdogConfiguration.threshold = change }
        try await body(loops.loops[0])
        try await loops.shutdown()
        return reports.withLock { $0 }
    }

    /// Holds the calling thread.
    private static func hold(_ duration: Duration) {
        let end = ContinuousClock.now + duration
        while ContinuousClock.now < end {}
    }

    @Test("work that holds a loop is named, once")
    func named() async throws {
        let label = WorkLabel("GET /slow")
        let reports = try await reports { loop in
            await withCheckedContinuation { done in
                loop.run {
                    loop.activity.begin()
                    loop.activity.setLabel(label)
                    Self.hold(.milliseconds(600))
                    loop.activity.end()
                    done.resume()
                }
            }
        }
        #expect(reports.count == 1)
        #expect(reports.first?.work == "GET /slow")
        #expect(reports.first?.loop == 0)
        #expect((reports.first?.atLeast ?? .zero) >= .milliseconds(100))
    }

    @Test("a threshold that is changed while it watches counts from then on")
    func changed() async throws {
        let reports = try await reports(changingThreshold: .seconds(50)) { loop in
            await withCheckedContinuation { done in
                loop.run {
                    loop.activity.begin()
                    Self.hold(.milliseconds(400))
                    loop.activity.end()
                    done.resume()
                }
            }
        }
        #expect(reports.isEmpty)
    }

    @Test("a loop that is busy with many short pieces of work, or idle, is not reported")
    func busy() async throws {
        let reports = try await reports { loop in
            await withTaskExecutorPreference(loop) {
                let end = ContinuousClock.now + .milliseconds(600)
                while ContinuousClock.now < end { await Task.yield() }
            }
            try await Task.sleep(for: .milliseconds(300))
        }
        #expect(reports.isEmpty)
    }

    @Test("each piece of work that holds a loop is reported")
    func twice() async throws {
        let reports = try await reports { loop in
            for _ in 0..<2 {
                await withTaskExecutorPreference(loop) { Self.hold(.milliseconds(600)) }
            }
        }
        #expect(reports.count == 2)
    }
}
