import MartletCore
import Synchronization
import Testing

@Suite("Once")
struct OnceTests {
    private struct Broken: Error {}

    private final class Log: Sendable {
        let runs = Atomic(0)
    }

    private let log = Log()
    private let once = Once<Int>()

    @Test("the work is done once and its value kept")
    func keeps() async throws {
        #expect(once.value == nil)
        try await withThrowingTaskGroup(of: Int.self) { group in
            for _ in 0..<50 {
                group.addTask {
                    try await once.run {
                        await Task.yield()
                        return log.runs.add(1, ordering: .relaxed).newValue
                    }
                }
            }
            for try await value in group { #expect(value == 1) }
        }
        #expect(try await once.run { throw Broken() } == 1)
        #expect(once.value == 1)
    }

    @Test("a failure is not kept: the next caller tries again")
    func retries() async throws {
        await #expect(throws: Broken.self) { try await once.run { throw Broken() } }
        #expect(once.value == nil)
        #expect(try await once.run { 2 } == 2)
        #expect(try await once.run { 3 } == 2)
    }

    @Test("waiters go on when the one who works is cancelled")
    func cancellation() async throws {
        try await withThrowingTaskGroup(of: Int.self) { waiter in
            try await withThrowingTaskGroup(of: Int.self) { leader in
                leader.addTask {
                    try await once.run {
                        log.runs.add(1, ordering: .relaxed)
                        while true {
                            await Task.yield()
                            try Task.checkCancellation()
                        }
                    }
                }
                try await eventually { log.runs.load(ordering: .relaxed) == 1 }
                waiter.addTask { try await once.run { 5 } }
                for _ in 0..<20 { await Task.yield() }
                leader.cancelAll()
                await #expect(throws: CancellationError.self) { try await leader.next() }
            }
            #expect(try await waiter.next() == 5)
        }
        #expect(once.value == 5)
    }
}
