import MartletCore
import Synchronization
import Testing

@Suite("BoundedChannel")
struct BoundedChannelTests {
    private final class Log: Sendable {
        let values = Mutex<[Int]>([])
        func add(_ value: Int) { values.withLock { $0.append(value) } }
        var all: [Int] { values.withLock { $0 } }
    }

    private let log = Log()

    @Test("elements are received in the order in which they were sent", arguments: [0, 1, 7])
    func order(capacity: Int) async throws {
        let channel = BoundedChannel<Int>(capacity: capacity)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                for number in 0..<100 { try await channel.send(number) }
                channel.close()
            }
            for try await number in channel { log.add(number) }
            try await group.waitForAll()
        }
        #expect(log.all == Array(0..<100))
    }

    @Test("whoever sends to a full channel waits, first come first served")
    func backpressure() async throws {
        let channel = BoundedChannel<Int>(capacity: 2)
        try await channel.send(0)
        try await channel.send(1)
        try await withThrowingTaskGroup(of: Void.self) { group in
            for number in 2..<5 {
                group.addTask { try await channel.send(number) }
                try await eventually { channel.senderCount == number - 1 }
            }
            #expect(channel.count == 2)
            for number in 0..<5 { #expect(try await channel.receive() == number) }
            try await group.waitForAll()
        }
        #expect(channel.count == 0)
        #expect(channel.senderCount == 0)
    }

    @Test("receivers are served in the order in which they came")
    func receivers() async throws {
        let channel = BoundedChannel<Int>(capacity: 1)
        try await withThrowingTaskGroup(of: (Int, Int?).self) { group in
            for number in 0..<4 {
                group.addTask { (number, try await channel.receive()) }
                try await eventually { channel.receiverCount == number + 1 }
            }
            for number in 0..<4 { try await channel.send(number) }
            for try await (number, value) in group { #expect(value == number) }
        }
    }

    @Test("what is held when a channel closes is received, then every receiver gets nil")
    func closing() async throws {
        let channel = BoundedChannel<Int>(capacity: 3)
        try await channel.send(1)
        try await channel.send(2)
        channel.close()
        channel.close()
        #expect(channel.isClosed)
        let error = await #expect(throws: WaitError.self) { try await channel.send(3) }
        #expect(error?.code == .closed)
        #expect(try await channel.receive() == 1)
        #expect(channel.receiveNow() == 2)
        #expect(try await channel.receive() == nil)
        #expect(channel.receiveNow() == nil)
    }

    @Test("a close ends whoever waits")
    func closingWakes() async throws {
        let empty = BoundedChannel<Int>(capacity: 1)
        let full = BoundedChannel<Int>(capacity: 0)
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<3 {
                group.addTask {
                    let element = try await empty.receive()
                    #expect(element == nil)
                }
                group.addTask {
                    let error = await #expect(throws: WaitError.self) { try await full.send(1) }
                    #expect(error?.code == .closed)
                }
            }
            try await eventually { empty.receiverCount == 3 && full.senderCount == 3 }
            empty.close()
            full.close()
            try await group.waitForAll()
        }
        #expect(try await full.receive() == nil)
    }

    @Test("what does not wait says so")
    func now() async throws {
        let channel = BoundedChannel<Int>(capacity: 1)
        #expect(channel.receiveNow() == nil)
        try channel.sendNow(1)
        let error = #expect(throws: WaitError.self) { try channel.sendNow(2) }
        #expect(error?.code == .queueFull)
        #expect(channel.receiveNow() == 1)
    }

    @Test("an element whose sender was cancelled is not received")
    func cancelledSender() async throws {
        let channel = BoundedChannel<Int>(capacity: 1)
        try await channel.send(1)
        await withTaskGroup(of: Void.self) { group in
            group.addTask {
                await #expect(throws: CancellationError.self) { try await channel.send(2) }
            }
            try? await eventually { channel.senderCount == 1 }
            group.cancelAll()
        }
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await channel.send(3) }
            try await eventually { channel.senderCount == 1 }
            #expect(try await channel.receive() == 1)
            #expect(try await channel.receive() == 3)
            try await group.waitForAll()
        }
    }

    @Test("a receiver that is cancelled takes no element with it")
    func cancelledReceiver() async throws {
        let channel = BoundedChannel<Int>(capacity: 0)
        await withTaskGroup(of: Void.self) { group in
            group.addTask {
                await #expect(throws: CancellationError.self) { try await channel.receive() }
            }
            try? await eventually { channel.receiverCount == 1 }
            group.cancelAll()
        }
        #expect(channel.receiverCount == 0)
        let error = #expect(throws: WaitError.self) { try channel.sendNow(1) }
        #expect(error?.code == .queueFull)
    }

    @Test("no more than the limit wait on either side")
    func fullQueues() async throws {
        let channel = BoundedChannel<Int>(capacity: 0, maximumWaiters: 0)
        let sending = await #expect(throws: WaitError.self) { try await channel.send(1) }
        #expect(sending?.code == .queueFull)
        let receiving = await #expect(throws: WaitError.self) { try await channel.receive() }
        #expect(receiving?.code == .queueFull)
        #expect(BoundedChannel<Int>(capacity: 1).maximumWaiters == 10_000)
    }

    @Test(
        "cancelled at random, what was sent is what is received, once",
        arguments: 0..<8 as Range<UInt64>
    )
    func randomCancellation(seed: UInt64) async throws {
        let channel = BoundedChannel<Int>(capacity: Int(seed % 4))
        let sent = Mutex<[Int]>([])
        try await withThrowingTaskGroup(of: Void.self) { group in
            // One who stays, so that nobody sends for ever.
            group.addTask { for try await number in channel { log.add(number) } }
            group.addTask {
                await withRandomCancellation(tasks: 40, seed: seed &+ 100) { _, _ in
                    for try await number in channel { log.add(number) }
                }
            }
            await withRandomCancellation(tasks: 200, seed: seed) { number, _ in
                try await channel.send(number)
                sent.withLock { $0.append(number) }
            }
            channel.close()
            try await group.waitForAll()
        }
        #expect(log.all.sorted() == sent.withLock { $0 }.sorted())
        #expect(channel.senderCount == 0)
        #expect(channel.receiverCount == 0)
    }
}
