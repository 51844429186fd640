import Testing

@testable import TaskQueue

@Suite("The store of tasks")
struct TaskStoreTests {
    /// A time to begin with; the tests make time pass by adding to it.
    private let start = WallTime(rawValue: 1_000_000)
    private let lease: Duration = .seconds(30)

    @Test("tasks are taken one by one, the one that has been due for longest first")
    func order() async throws {
        try await withTemporaryFile { path in
            let store = try TaskStore(path: path)
            _ = try await store.add("print", "late", due: start + .seconds(2))
            _ = try await store.add("print", "first", due: start)
            _ = try await store.add("print", "second", due: start)
            let now = start + .seconds(1)
            #expect(try await store.take(at: now, lease: lease)?.payload == "first")
            #expect(try await store.take(at: now, lease: lease)?.payload == "second")
            #expect(try await store.take(at: now, lease: lease) == nil)
            #expect(try await store.take(at: now + .seconds(1), lease: lease)?.payload == "late")
        }
    }

    @Test("a task is taken again when its lease has ended, and its first worker has lost it")
    func lostLease() async throws {
        try await withTemporaryFile { path in
            let store = try TaskStore(path: path)
            _ = try await store.add("print", "x", due: start)
            let first = try #require(try await store.take(at: start, lease: lease))
            #expect(try await store.extend(first, to: start + .seconds(40)))
            #expect(try await store.take(at: start + .seconds(39), lease: lease) == nil)
            let second = try #require(try await store.take(at: start + .seconds(40), lease: lease))
            #expect(second.id == first.id)
            #expect(second.attempts == 2)
            #expect(try await !store.extend(first, to: start + .seconds(99)))
            #expect(try await !store.finish(first))
            #expect(try await !store.fail(first, "late", retryAt: start))
            #expect(try await store.finish(second))
            #expect(try await store.task(first.id)?.state == .done)
            #expect(try await store.take(at: start + .seconds(999), lease: lease) == nil)
        }
    }

    @Test(
        "a task that fails waits for its next attempt, is dead after its last, and may be revived"
    )
    func deadLetter() async throws {
        try await withTemporaryFile { path in
            let store = try TaskStore(path: path)
            _ = try await store.add("fail", "x", due: start, attemptLimit: 2)
            let first = try #require(try await store.take(at: start, lease: lease))
            #expect(try await store.fail(first, "broken", retryAt: start + .seconds(5)))
            #expect(try await store.take(at: start + .seconds(4), lease: lease) == nil)
            let second = try #require(try await store.take(at: start + .seconds(5), lease: lease))
            #expect(try await store.fail(second, "broken again", retryAt: start + .seconds(6)))
            #expect(try await store.take(at: start + .seconds(999), lease: lease) == nil)
            let dead = try await store.tasks(.dead)
            #expect(dead.map(\.lastError) == ["broken again"])
            #expect(try await store.revive(first.id, at: start)?.state == .waiting)
            let third = try #require(try await store.take(at: start, lease: lease))
            #expect(third.attempts == 3)
            #expect(try await store.revive(first.id) == nil, "only what is dead is revived")
        }
    }

    @Test("a task whose workers all die is dead after its last attempt")
    func poison() async throws {
        try await withTemporaryFile { path in
            let store = try TaskStore(path: path)
            let task = try await store.add("print", "x", due: start, attemptLimit: 2)
            for attempt in 0..<2 {
                let now = start + lease * attempt
                #expect(try await store.take(at: now, lease: lease) != nil)
            }
            #expect(try await store.take(at: start + lease * 2, lease: lease) == nil)
            #expect(try await store.task(task.id)?.state == .dead)
            #expect(try await store.task(task.id)?.lastError == "Its worker was lost.")
        }
    }

    @Test("a key adds one task, however often it is used, and no other task")
    func keys() async throws {
        try await withTemporaryFile { path in
            let store = try TaskStore(path: path)
            let first = try await store.add("print", "x", key: "k", due: start)
            let again = try await store.add("print", "x", key: "k", due: start + .seconds(9))
            #expect(first == again)
            await #expect(throws: TaskStore.KeyConflict.self) {
                try await store.add("print", "y", key: "k")
            }
            #expect(try await store.tasks(.waiting).count == 1)
        }
    }

    @Test("two processes that take at the same time never take the same task")
    func contention() async throws {
        try await withTemporaryFile { path in
            let stores = [try TaskStore(path: path), try TaskStore(path: path)]
            for number in 0..<20 { _ = try await stores[0].add("print", "\(number)", due: start) }
            let taken = try await withThrowingTaskGroup(of: [Int64].self) { group in
                for worker in 0..<4 {
                    group.addTask {
                        var taken: [Int64] = []
                        while let task = try await stores[worker % 2].take(at: start, lease: lease)
                        {
                            taken.append(task.id)
                        }
                        return taken
                    }
                }
                return try await group.reduce(into: []) { $0 += $1 }
            }
            #expect(taken.count == 20)
            #expect(Set(taken).count == 20)
        }
    }
}
