import MartletCore
import Synchronization
import Testing

@Suite("SingleFlight")
struct SingleFlightTests {
    private struct Broken: Error {}

    private final class Log: Sendable {
        let runs = Atomic(0)
        let running = Atomic(0)
        let most = Atomic(0)
    }

    private let log = Log()
    private let flights = SingleFlight<String, Int>(maximumWaiters: 500)
    private let gate = Semaphore(permits: 1, maximumWaiters: 100)

    @Test("callers at the same time share one run, and later ones run anew")
    func sharing() async throws {
        try await gate.acquire()
        let values = try await withThrowingTaskGroup(of: Int.self) { group in
            for _ in 0..<10 {
                group.addTask {
                    try await flights.run("a") {
                        try await gate.withPermit { log.runs.add(1, ordering: .relaxed).newValue }
                    }
                }
            }
            try await eventually { flights.waiterCount(for: "a") == 9 }
            gate.release()
            return try await group.reduce(into: []) { $0.append($1) }
        }
        #expect(values == [Int](repeating: 1, count: 10))
        #expect(flights.flightCount == 0)
        let later = try await flights.run("a") { log.runs.add(1, ordering: .relaxed).newValue }
        #expect(later == 2)
    }

    @Test("keys do not wait for each other")
    func keys() async throws {
        let value = try await flights.run("a") { try await flights.run("b") { 1 } + 1 }
        #expect(value == 2)
    }

    @Test("a failure is shared, and not kept")
    func failure() async throws {
        try await gate.acquire()
        await withTaskGroup(of: Void.self) { group in
            for _ in 0..<5 {
                group.addTask {
                    await #expect(throws: Broken.self) {
                        try await flights.run("a") {
                            log.runs.add(1, ordering: .relaxed)
                            try await gate.acquire()
                            throw Broken()
                        }
                    }
                }
            }
            try? await eventually { flights.waiterCount(for: "a") == 4 }
            gate.release()
        }
        #expect(log.runs.load(ordering: .relaxed) == 1)
        #expect(try await flights.run("a") { 3 } == 3)
    }

    @Test("a waiter that is cancelled leaves, and the work goes on")
    func cancelledWaiter() async throws {
        try await gate.acquire()
        try await withThrowingTaskGroup(of: Int.self) { leader in
            leader.addTask { try await flights.run("a") { try await gate.withPermit { 1 } } }
            try await eventually { flights.flightCount == 1 }
            await withTaskGroup(of: Void.self) { waiter in
                waiter.addTask {
                    await #expect(throws: CancellationError.self) {
                        try await flights.run("a") { 2 }
                    }
                }
                try? await eventually { flights.waiterCount(for: "a") == 1 }
                waiter.cancelAll()
            }
            #expect(flights.waiterCount(for: "a") == 0)
            gate.release()
            #expect(try await leader.next() == 1)
        }
    }

    @Test("when the one who works is cancelled, the first waiter works in its stead")
    func handOver() async throws {
        try await gate.acquire()
        try await withThrowingTaskGroup(of: Int.self) { others in
            try await withThrowingTaskGroup(of: Int.self) { leader in
                leader.addTask { try await flights.run("a") { try await gate.withPermit { 1 } } }
                try await eventually { flights.flightCount == 1 }
                for number in 0..<3 {
                    others.addTask {
                        try await flights.run("a") {
                            log.runs.add(1, ordering: .relaxed)
                            return try await gate.withPermit { 10 + number }
                        }
                    }
                    try await eventually { flights.waiterCount(for: "a") == number + 1 }
                }
                leader.cancelAll()
                await #expect(throws: CancellationError.self) { try await leader.next() }
            }
            try await eventually { flights.waiterCount(for: "a") == 2 }
            gate.release()
            for try await value in others { #expect(value == 10) }
        }
        #expect(log.runs.load(ordering: .relaxed) == 1)
        #expect(flights.flightCount == 0)
    }

    @Test("when all are cancelled, the work is and nothing is left")
    func allCancelled() async throws {
        try await gate.acquire()
        await withTaskGroup(of: Void.self) { group in
            for _ in 0..<5 {
                group.addTask {
                    await #expect(throws: CancellationError.self) {
                        try await flights.run("a") { try await gate.withPermit { 1 } }
                    }
                }
            }
            try? await eventually { flights.waiterCount(for: "a") == 4 }
            group.cancelAll()
        }
        #expect(flights.flightCount == 0)
        #expect(gate.waiterCount == 0)
    }

    @Test("a line that is full refuses at once")
    func fullQueue() async throws {
        let flights = SingleFlight<Int, Int>(maximumWaiters: 0)
        _ = try await flights.run(1) {
            let error = await #expect(throws: WaitError.self) { try await flights.run(1) { 1 } }
            #expect(error?.code == .queueFull)
            return 1
        }
        #expect(SingleFlight<Int, Int>().maximumWaiters == 10_000)
    }

    @Test(
        "cancelled at random, callers suffer from no cancellation but their own",
        arguments: 0..<8 as Range<UInt64>
    )
    func randomCancellation(seed: UInt64) async {
        await withRandomCancellation(tasks: 200, seed: seed) { number, random in
            let steps = Int.random(in: 0..<10, using: &random)
            let key = String(number % 2)
            let value = try await flights.run(key) {
                let running = key == "0" ? log.running.add(1, ordering: .relaxed).newValue : 1
                log.most.max(running, ordering: .relaxed)
                defer { if key == "0" { log.running.subtract(1, ordering: .relaxed) } }
                for _ in 0..<steps {
                    await Task.yield()
                    try Task.checkCancellation()
                }
                return number
            }
            #expect(value % 2 == number % 2)
        }
        #expect(log.most.load(ordering: .relaxed) == 1)
        #expect(flights.flightCount == 0)
    }
}
