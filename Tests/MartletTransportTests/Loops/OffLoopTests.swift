import Testing

@testable import MartletTransport

@Suite("offLoop", .timeLimit(.minutes(1)))
struct OffLoopTests {
    @Test("work runs on no loop's thread, and its caller goes on on its loop")
    func elsewhere() async throws {
        let loop = EventLoops.shared.any()
        try await withTaskExecutorPreference(loop) {
            #expect(loop.isCurrent)
            let isElsewhere = try await offLoop("look") { Loop.current == nil }
            #expect(isElsewhere)
            #expect(loop.isCurrent)
        }
    }

    private struct Broken: Error {}

    @Test("what the work throws is thrown")
    func throwing() async throws {
        await #expect(throws: Broken.self) {
            try await offLoop("break") { throw Broken() }
        }
    }

    @Test("work of a cancelled task does not begin")
    func cancelled() async throws {
        let ran = Tally()
        await withTaskGroup(of: Void.self) { group in
            group.cancelAll()
            group.addTask {
                await #expect(throws: CancellationError.self) {
                    try await offLoop("never") { ran.add() }
                }
            }
        }
        #expect(ran.count == 0)
    }

    @Test("work over the limit is refused by name")
    func limit() async throws {
        let door = OffLoop(threadCount: 1)
        let refusals = Tally()
        await withTaskGroup(of: Bool.self) { group in
            for _ in 0..<OffLoop.queueLimit + 1 {
                group.addTask {
                    do {
                        try await door.run("hash") {
                            while refusals.count == 0 {}
                        }
                        return true
                    } catch {
                        #expect("\(error)".hasPrefix("'hash' was refused: 10000 "))
                        refusals.add()
                        return false
                    }
                }
            }
            var done = 0
            for await wasDone in group where wasDone { done += 1 }
            #expect(done == OffLoop.queueLimit)
        }
        #expect(try await door.run("again") { 1 } == 1)
    }
}
