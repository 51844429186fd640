import MartletCore
import Synchronization
import Testing

@Suite("ReadWriteLock")
struct ReadWriteLockTests {
    private final class Log: Sendable {
        let entries = Mutex<[String]>([])
        let readers = Atomic(0)
        let writers = Atomic(0)
        let mostReaders = Atomic(0)
        let broken = Atomic(0)

        func add(_ entry: String) { entries.withLock { $0.append(entry) } }
        var all: [String] { entries.withLock { $0 } }
    }

    private let log = Log()
    private let lock = ReadWriteLock(maximumWaiters: 100)

    @Test("readers read together and a writer writes alone")
    func exclusion() async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            for number in 0..<60 {
                group.addTask {
                    if number % 5 == 0 {
                        try await lock.withWriteLock { await write() }
                    } else {
                        try await lock.withReadLock { await read() }
                    }
                }
            }
            try await group.waitForAll()
        }
        #expect(log.broken.load(ordering: .relaxed) == 0)
        #expect(lock.readerCount == 0)
        #expect(!lock.isWriting)
    }

    @Test("several readers are inside at a time")
    func together() async throws {
        try await lock.withReadLock {
            try await lock.withReadLock {
                #expect(lock.readerCount == 2)
            }
        }
    }

    private func read() async {
        let now = log.readers.add(1, ordering: .relaxed).newValue
        log.mostReaders.max(now, ordering: .relaxed)
        if log.writers.load(ordering: .relaxed) > 0 { log.broken.add(1, ordering: .relaxed) }
        for _ in 0..<3 { await Task.yield() }
        log.readers.subtract(1, ordering: .relaxed)
    }

    private func write() async {
        let writers = log.writers.add(1, ordering: .relaxed).newValue
        if writers > 1 { log.broken.add(1, ordering: .relaxed) }
        if log.readers.load(ordering: .relaxed) > 0 { log.broken.add(1, ordering: .relaxed) }
        for _ in 0..<3 { await Task.yield() }
        log.writers.subtract(1, ordering: .relaxed)
    }

    @Test("whoever comes later waits behind a writer, and readers go in together")
    func fairness() async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            try await lock.withReadLock {
                for (number, entry) in ["write", "read 1", "read 2", "write 2"].enumerated() {
                    group.addTask {
                        if entry.hasPrefix("write") {
                            try await lock.withWriteLock { log.add(entry) }
                        } else {
                            try await lock.withReadLock {
                                log.add("\(entry) of \(lock.readerCount)")
                            }
                        }
                    }
                    try await eventually { lock.waiterCount == number + 1 }
                }
                #expect(log.all.isEmpty)
            }
            try await group.waitForAll()
        }
        #expect(log.all.first == "write")
        #expect(log.all.last == "write 2")
        #expect(Set(log.all[1...2].map { String($0.prefix(6)) }) == ["read 1", "read 2"])
        // Both are let in before either runs.
        #expect(log.all[1].hasSuffix("of 2"))
    }

    @Test("readers behind a writer who is cancelled go in")
    func cancelledWriter() async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            try await lock.withReadLock {
                try await withThrowingTaskGroup(of: Void.self) { writer in
                    writer.addTask { try await lock.withWriteLock { log.add("write") } }
                    try await eventually { lock.waiterCount == 1 }
                    group.addTask { try await lock.withReadLock { log.add("read") } }
                    try await eventually { lock.waiterCount == 2 }
                    writer.cancelAll()
                    await #expect(throws: CancellationError.self) { try await writer.next() }
                }
                // The first reader is still inside.
                try await group.waitForAll()
            }
        }
        #expect(log.all == ["read"])
    }

    @Test("a wait ends at its deadline, and the line goes on")
    func deadline() async throws {
        let clock = ManualClock()
        let soon = clock.now + .seconds(1)
        try await lock.withReadLock {
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask {
                    let error = await #expect(throws: WaitError.self) {
                        try await lock.withWriteLock(until: soon, clock: clock) {}
                    }
                    #expect(error?.code == .timedOut)
                }
                try await eventually { lock.waiterCount == 1 }
                group.addTask { try await lock.withReadLock { log.add("read") } }
                try await eventually { lock.waiterCount == 2 }
                try await clock.waitForSleepers()
                clock.advance(by: .seconds(1))
                try await group.waitForAll()
            }
        }
        #expect(log.all == ["read"])
        #expect(clock.sleeperCount == 0)
    }

    @Test("a line that is full refuses at once")
    func fullQueue() async throws {
        let lock = ReadWriteLock(maximumWaiters: 0)
        try await lock.withReadLock {
            let error = await #expect(throws: WaitError.self) { try await lock.withWriteLock {} }
            #expect(error?.code == .queueFull)
        }
        try await lock.withWriteLock {}
        #expect(ReadWriteLock().maximumWaiters == 10_000)
    }

    @Test("cancelled at random, tasks leave the lock free", arguments: 0..<8 as Range<UInt64>)
    func randomCancellation(seed: UInt64) async {
        let lock = ReadWriteLock()
        await withRandomCancellation(tasks: 200, seed: seed) { _, random in
            if Int.random(in: 0..<3, using: &random) == 0 {
                try await lock.withWriteLock { await write() }
            } else {
                try await lock.withReadLock { await read() }
            }
        }
        #expect(log.broken.load(ordering: .relaxed) == 0)
        #expect(lock.readerCount == 0)
        #expect(!lock.isWriting)
        #expect(lock.waiterCount == 0)
    }
}
