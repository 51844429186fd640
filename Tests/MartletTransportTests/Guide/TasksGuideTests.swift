import MartletCore
import Testing

@Suite("What the guide from Go shows of tasks", .timeLimit(.minutes(1)))
struct TasksGuideTests {
    @Test("no more run at a time than there are permits")
    func semaphore() async throws {
        let pages = Array(0..<50)
        let running = Shared((now: 0, most: 0, done: 0))
        @Sendable func fetch(_ page: Int) async throws {
            running.change {
                $0.now += 1
                $0.most = max($0.most, $0.now)
            }
            for _ in 0..<10 { await Task.yield() }
            running.change {
                $0.now -= 1
                $0.done += 1
            }
        }
        let semaphore = Semaphore(permits: 8, maximumWaiters: 1000)
        try await withThrowingDiscardingTaskGroup { group in
            for page in pages {
                group.addTask {
                    try await semaphore.withPermit { try await fetch(page) }
                }
            }
        }
        #expect(running.value.most <= 8)
        #expect(running.value.done == 50)
        #expect(semaphore.available == 8)
    }

    @Test("every job of a closed channel is done once")
    func channel() async throws {
        let done = Shared<[Int]>([])
        @Sendable func work(_ job: Int) async throws { done.change { $0.append(job) } }
        let jobs = BoundedChannel<Int>(capacity: 16)
        try await withThrowingDiscardingTaskGroup { group in
            for _ in 0..<4 {
                group.addTask {
                    for try await job in jobs { try await work(job) }
                }
            }
            for job in 0..<100 { try await jobs.send(job) }
            jobs.close()
        }
        #expect(done.value.sorted() == Array(0..<100))
        await #expect(throws: WaitError.self) { try await jobs.send(100) }
    }

    @Test("whoever waits too long for a channel goes on without")
    func race() async throws {
        let replies = BoundedChannel<String>(capacity: 1)
        @Sendable func firstReply(within patience: Duration) async throws -> String? {
            try await withThrowingTaskGroup(of: String?.self) { group in
                group.addTask { try await replies.receive() }
                group.addTask {
                    try await ContinuousClock().sleep(for: patience)
                    return nil
                }
                defer { group.cancelAll() }
                return try await group.next() ?? nil
            }
        }
        #expect(try await firstReply(within: .milliseconds(10)) == nil)
        #expect(replies.receiverCount == 0)
        try await replies.send("late")
        #expect(try await firstReply(within: .seconds(50)) == "late")
    }

    @Test("a permit that does not come in time is refused, and work is bounded by its call")
    func deadlines() async throws {
        let semaphore = Semaphore(permits: 1, maximumWaiters: 10)
        func answer(_ question: String, context: CallContext) async throws -> String {
            var context = context
            context.tightenDeadline(to: .now + .seconds(2))
            try await semaphore.acquire(until: context.deadline ?? .now)
            defer { semaphore.release() }
            return question.uppercased()
        }
        #expect(try await answer("why", context: CallContext()) == "WHY")
        #expect(semaphore.tryAcquire())
        let error = await #expect(throws: WaitError.self) {
            try await answer("why", context: CallContext(deadline: .now + .milliseconds(10)))
        }
        #expect(error?.code == .timedOut)
    }

    func total(_ rows: [Int]) throws -> Int {
        var total = 0
        for (index, row) in rows.enumerated() {
            if index.isMultiple(of: 1000) { try Task.checkCancellation() }
            total &+= row
        }
        return total
    }

    @Test("work without await looks for its cancellation itself")
    func cancellation() async throws {
        let rows = Array(1...10)
        #expect(try total(rows) == 55)
        let outcome = await withTaskGroup(of: Int?.self) { group in
            group.cancelAll()
            group.addTask { try? total(rows) }
            return await group.next()
        }
        #expect(outcome == .some(nil))
    }

    @Test("a group ends when all of its tasks have")
    func waitGroup() async {
        let hosts = ["a", "b", "c"]
        let visited = Shared<Set<String>>([])
        @Sendable func visit(_ host: String) async {
            await Task.yield()
            visited.change { $0.insert(host) }
        }
        await withDiscardingTaskGroup { group in
            for host in hosts {
                group.addTask { await visit(host) }
            }
        }
        #expect(visited.value == ["a", "b", "c"])
    }

    @Test("the first error of a group cancels the others")
    func errorGroup() async throws {
        struct NoSuchPage: Error {}
        @Sendable func size(of page: String) async throws -> Int {
            guard page != "missing" else { throw NoSuchPage() }
            if page == "slow" { try await ContinuousClock().sleep(for: .seconds(3600)) }
            return page.count
        }
        func sizes(of pages: [String]) async throws -> [String: Int] {
            try await withThrowingTaskGroup(of: (String, Int).self) { group in
                for page in pages {
                    group.addTask { (page, try await size(of: page)) }
                }
                var sizes: [String: Int] = [:]
                for try await (page, size) in group { sizes[page] = size }
                return sizes
            }
        }
        #expect(try await sizes(of: ["a", "bcd"]) == ["a": 1, "bcd": 3])
        await #expect(throws: NoSuchPage.self) { try await sizes(of: ["slow", "missing"]) }
    }

    @Test("a beat keeps its time, however long the work takes")
    func ticker() async throws {
        let beats = BoundedChannel<Int>(capacity: 10)
        @Sendable func tick(every interval: Duration, on clock: any MonotonicClock) async throws {
            var next = clock.now
            for beat in 1... {
                next = next.advanced(by: interval)
                try await clock.sleep(until: next, tolerance: nil)
                try await beats.send(beat)
            }
        }
        let clock = ManualClock()
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await tick(every: .seconds(1), on: clock) }
            defer { group.cancelAll() }
            try await clock.waitForSleepers()
            clock.advance(by: .milliseconds(2500))
            #expect(try await beats.receive() == 1)
            #expect(try await beats.receive() == 2)
            try await clock.waitForSleepers()
            #expect(beats.count == 0)
            clock.advance(by: .milliseconds(500))
            #expect(try await beats.receive() == 3)
        }
    }
}
