import MartletTransport
import NIOCore
import NIOEmbedded
import Synchronization
import Testing

@Suite("Loop as a task executor", .timeLimit(.minutes(1)))
struct LoopTests {
    /// Runs `body` with two loops of their own.
    private func withLoops<Value: Sendable>(
        _ body: @Sendable (Loop, Loop) async throws -> Value
    ) async throws -> Value {
        let loops = EventLoops(count: 2)
        let value = try await body(loops.loops[0], loops.loops[1])
        try await loops.shutdown()
        return value
    }

    @Test("work from any thread runs on the loop, in the order of its thread")
    func workFromElsewhere() async throws {
        try await withLoops { loop, _ in
            let order = Order()
            let strays = Tally()
            await withTaskGroup(of: Void.self) { group in
                for thread in 0..<8 {
                    group.addTask {
                        for number in 0..<500 {
                            loop.run {
                                if !loop.isCurrent { strays.add() }
                                order.append(number, of: thread)
                            }
                        }
                    }
                }
            }
            await withCheckedContinuation { done in loop.run { done.resume() } }
            #expect(strays.count == 0)
            #expect(order.numbers == Array(repeating: Array(0..<500), count: 8))
        }
    }

    @Test("a task that suspends resumes on its loop, whoever resumes it")
    func resumes() async throws {
        try await withLoops { loop, other in
            let strays = await withTaskExecutorPreference(loop) {
                var strays = 0
                for round in 0..<200 {
                    if !loop.isCurrent || other.isCurrent { strays += 1 }
                    await withCheckedContinuation { continuation in
                        switch round % 3 {
                        case 0: other.run { continuation.resume() }
                        case 1: loop.run { continuation.resume() }
                        default: continuation.resume()
                        }
                    }
                    if !loop.isCurrent { strays += 1 }
                    await Task.yield()
                    if !loop.isCurrent { strays += 1 }
                }
                try? await Task.sleep(for: .milliseconds(1))
                return strays + (loop.isCurrent ? 0 : 1)
            }
            #expect(strays == 0)
        }
    }

    @Test("thousands of tasks on two loops all end")
    func manyTasks() async throws {
        try await withLoops { first, second in
            let sum = await withTaskGroup(of: Int.self) { group in
                for number in 0..<5000 {
                    let loop = number.isMultiple(of: 2) ? first : second
                    group.addTask(executorPreference: loop) {
                        await Task.yield()
                        return loop.isCurrent ? number : -1
                    }
                }
                return await group.reduce(0, +)
            }
            #expect(sum == 5000 * 4999 / 2)
        }
    }

    @Test("a task that is cancelled on a loop is told there")
    func cancellation() async throws {
        try await withLoops { loop, _ in
            await withTaskGroup(of: Bool.self) { group in
                group.addTask(executorPreference: loop) {
                    do {
                        try await Task.sleep(for: .seconds(1000))
                        return false
                    } catch {
                        return loop.isCurrent && Task.isCancelled
                    }
                }
                group.cancelAll()
                #expect(await group.next() == true)
            }
        }
    }

    @Test("tasks go on elsewhere after their loop is shut down, and nothing hangs")
    func shutdown() async throws {
        let loops = EventLoops(count: 1)
        let loop = loops.loops[0]
        let waiting = Waiting()
        await withTaskGroup(of: Bool.self) { group in
            for _ in 0..<50 {
                group.addTask(executorPreference: loop) {
                    await withCheckedContinuation { waiter in
                        waiting.append(waiter)
                    }
                    // Waits for a piece of work on a loop whose thread has ended.
                    await withCheckedContinuation { done in loop.run { done.resume() } }
                    await Task.yield()
                    return !Task.isCancelled
                }
            }
            while waiting.all.count < 50, !Task.isCancelled { await Task.yield() }
            try? await loops.shutdown()
            for waiter in waiting.all { waiter.resume() }
            var ended = 0
            for await isRight in group where isRight { ended += 1 }
            #expect(ended == 50)
        }
        #expect(Loop.current == nil)
        let ran = Tally()
        loop.run { ran.add() }
        #expect(ran.count == 1)
    }

    @Test("tasks that are on their way while the loop shuts down all end", arguments: 0..<5)
    func shutdownUnderLoad(_ round: Int) async throws {
        let loops = EventLoops(count: 1)
        let loop = loops.loops[0]
        await withTaskGroup(of: Void.self) { group in
            for _ in 0..<200 {
                group.addTask(executorPreference: loop) {
                    for _ in 0..<20 {
                        await Task.yield()
                        await withCheckedContinuation { done in loop.run { done.resume() } }
                    }
                }
            }
            group.addTask {
                try? await loops.shutdown()
            }
            await group.waitForAll()
        }
    }

    @Test("what is written in a turn leaves when the outermost turn ends")
    func turns() {
        final class Observer: TurnEndObserver {
            var ends = 0
            func turnEnded() { ends += 1 }
        }
        let loop = Loop(eventLoop: EmbeddedEventLoop())
        loop.makeCurrent()
        defer { loop.resignCurrent() }
        let observer = Observer()
        loop.turn {
            loop.turn { loop.atTurnEnd(observer) }
            #expect(observer.ends == 0)
        }
        #expect(observer.ends == 1)
    }
}

/// What threads said, each in its order.
private final class Order: Sendable {
    private let storage = Mutex<[[Int]]>(Array(repeating: [], count: 8))

    var numbers: [[Int]] { storage.withLock { $0 } }

    func append(_ number: Int, of thread: Int) {
        storage.withLock { $0[thread].append(number) }
    }
}

/// Tasks that wait to be resumed.
private final class Waiting: Sendable {
    private let storage = Mutex<[CheckedContinuation<Void, Never>]>([])

    var all: [CheckedContinuation<Void, Never>] { storage.withLock { $0 } }

    func append(_ waiter: CheckedContinuation<Void, Never>) {
        storage.withLock { $0.append(waiter) }
    }
}
