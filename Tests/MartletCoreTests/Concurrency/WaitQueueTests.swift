import Testing

@testable import MartletCore

@Suite("WaitQueue")
struct WaitQueueTests {
    @Test("those who have left do not pile up behind one who stays")
    func sweeps() {
        var queue = WaitQueue<Int, Bool>()
        _ = queue.append(-1)
        for number in 0..<10_000 {
            let waiter = queue.append(number)
            #expect(queue.settle(waiter, false) != nil)
            #expect(queue.settle(waiter, true) == nil)
        }
        #expect(queue.count == 1)
        #expect(queue.storedCount < 40)
        #expect(queue.first == -1)
        #expect(queue.settleFirst(true)?.request == -1)
        #expect(queue.isEmpty)
        #expect(queue.settleFirst(true) == nil)
    }

    @Test("the first in line is the first who has not left")
    func order() {
        var queue = WaitQueue<Int, Bool>()
        let waiters = (0..<6).map { queue.append($0) }
        for index in [0, 1, 3] { _ = queue.settle(waiters[index], false) }
        #expect(queue.count == 3)
        #expect(queue.first == 2)
        #expect(queue.settleFirst(true)?.request == 2)
        #expect(queue.settleFirst(true)?.request == 4)
        #expect(queue.settleAll(true).count == 1)
        #expect(queue.isEmpty)
    }

    @Test("a waiter that is settled before it waits does not suspend")
    func settledBefore() async {
        let waiter = Waiter<Int>()
        #expect(waiter.isPending)
        waiter.settle(7)?.resume()
        #expect(waiter.settle(8) == nil)
        #expect(!waiter.isPending)
        #expect(await waiter.outcome(onCancel: {}) == 7)
    }
}
