import MartletCore
import NIOCore
import Synchronization
import Testing

@Suite("What the guide from Go shows of shared state", .timeLimit(.minutes(1)))
struct SharingGuideTests {
    final class Accounts: Sendable {
        private let balances = Mutex<[String: Int]>([:])

        func deposit(_ amount: Int, for name: String) -> Int {
            balances.withLock { balances in
                balances[name, default: 0] += amount
                return balances[name, default: 0]
            }
        }
    }

    final class Meter: Sendable {
        private let served = Atomic(0)

        func count() { served.add(1, ordering: .relaxed) }

        var total: Int { served.load(ordering: .relaxed) }
    }

    enum Tables {
        static let squares = (0..<256).map { $0 * $0 }
    }

    @Test("nothing is lost between tasks that change the same state")
    func state() async {
        let accounts = Accounts()
        let meter = Meter()
        await withDiscardingTaskGroup { group in
            for _ in 0..<1000 {
                group.addTask {
                    _ = accounts.deposit(2, for: "ada")
                    meter.count()
                }
            }
        }
        #expect(accounts.deposit(0, for: "ada") == 2000)
        #expect(meter.total == 1000)
        #expect(Tables.squares[12] == 144)
    }

    @Test("a lock is held across await, by many readers or one writer")
    func readWriteLock() async throws {
        let version = Shared(1)
        @Sendable func forward(_ path: String) async -> Int {
            let first = version.value
            await Task.yield()
            return first == version.value ? 200 : 500
        }
        @Sendable func replaceRoutes() async {
            version.change { $0 += 1 }
            await Task.yield()
            version.change { $0 += 1 }
        }
        let lock = ReadWriteLock()
        @Sendable func read() async throws -> Int {
            try await lock.withReadLock { await forward("/") }
        }
        @Sendable func write() async throws {
            try await lock.withWriteLock(until: .now + .seconds(30)) { await replaceRoutes() }
        }
        let codes = try await withThrowingTaskGroup(of: Int.self) { group in
            for number in 0..<100 {
                group.addTask {
                    if number.isMultiple(of: 10) { try await write() }
                    return try await read()
                }
            }
            return try await group.reduce(into: Set<Int>()) { $0.insert($1) }
        }
        #expect(codes == [200])
        #expect(version.value == 21)
    }

    @Test("work that may fail is done once")
    func once() async throws {
        let runs = Tally()
        @Sendable func migrate() async throws -> Int {
            await Task.yield()
            runs.add()
            return runs.count
        }
        let schema = Once<Int>()
        @Sendable func schemaVersion() async throws -> Int {
            try await schema.run { try await migrate() }
        }
        let versions = try await withThrowingTaskGroup(of: Int.self) { group in
            for _ in 0..<20 { group.addTask { try await schemaVersion() } }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        #expect(versions == Array(repeating: 1, count: 20))
    }

    @Test("who asks for the same at the same time shares one answer")
    func singleFlight() async throws {
        let loads = Tally()
        let flights = SingleFlight<String, Int>()
        @Sendable func load(_ name: String) async throws -> Int {
            loads.add()
            while flights.waiterCount(for: name) < 9 {
                try Task.checkCancellation()
                await Task.yield()
            }
            return name.count
        }
        @Sendable func user(_ name: String) async throws -> Int {
            try await flights.run(name) { try await load(name) }
        }
        let users = try await withThrowingTaskGroup(of: Int.self) { group in
            for _ in 0..<10 { group.addTask { try await user("ada") } }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        #expect(users == Array(repeating: 3, count: 10))
        #expect(loads.count == 1)
    }

    @Test("a buffer is lent, and comes back empty")
    func bufferPool() {
        let text = "some text"
        func checksum(_ bytes: ByteBufferView) -> Int { bytes.reduce(0) { $0 &+ Int($1) } }
        let pool = BufferPool()
        let sum = pool.withBufferNow { buffer in
            buffer.writeString(text)
            return checksum(buffer.readableBytesView)
        }
        #expect(sum == text.utf8.reduce(0) { $0 + Int($1) })
        #expect(pool.count == 1)
        #expect(pool.withBufferNow { $0.readableBytes } == 0)
    }
}
