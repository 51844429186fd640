import MartletHTTP
import NIOCore
import Testing

@Suite("Sending on HTTP/2 streams")
struct HTTP2SendingTests {
    /// A conversation with requests on so many streams.
    private func requests(_ count: UInt32, window: UInt32 = 65535) -> HTTP2Conversation {
        let peer = HTTP2Conversation(settings: [4: window])
        for index in 0..<count { peer.take(.headers(index * 2 + 1, end: true)) }
        return peer
    }

    @Test("a response leaves as HEADERS and DATA in one output")
    func response() {
        let peer = requests(1)
        #expect(peer.sendHeaders(1, "head"))
        #expect(peer.send(1, "content", end: true) == .sent)
        #expect(peer.sent() == ["HEADERS 1 head", "DATA 1 content end"])
        #expect(!peer.isOpen(1))
        #expect(peer.send(1, "more") == .closed)
    }

    @Test("trailers and empty content end a stream")
    func endings() {
        let peer = requests(3)
        peer.sendHeaders(1, "a", end: true)
        peer.sendHeaders(3, "b")
        #expect(peer.send(3, "", end: true) == .sent)
        #expect(peer.send(5, "") == .sent)
        peer.sendHeaders(5, "c")
        peer.send(5, "x")
        peer.sendHeaders(5, "t", end: true)
        #expect(
            peer.sent() == [
                "HEADERS 1 a end", "HEADERS 3 b", "DATA 3  end", "HEADERS 5 c", "DATA 5 x",
                "HEADERS 5 t end",
            ]
        )
        #expect(peer.openStreamCount == 0)
    }

    @Test("a header block longer than the peer's frames goes on in CONTINUATION")
    func longHeaders() {
        let peer = requests(2)
        peer.send(3, "before")
        peer.sendHeaders(1, String(repeating: "h", count: 16384 * 2 + 1), end: true)
        #expect(
            peer.sent() == [
                "DATA 3 before", "HEADERS 1 #16384 end more", "CONTINUATION 1 #16384 more",
                "CONTINUATION 1 h",
            ]
        )
        peer.sendHeaders(3, String(repeating: "h", count: 16384))
        #expect(peer.sent() == ["HEADERS 3 #16384"])
    }

    @Test("a block that cannot be encoded leaves nothing behind")
    func encodingFails() {
        let peer = requests(1)
        peer.machine.ping(1)
        #expect(throws: HTTP2Conversation.Unencodable.self) {
            try peer.sendHalf()
        }
        #expect(peer.sent() == ["PING 1"])
        #expect(peer.sendHeaders(1))
    }

    @Test("content is cut into frames of the peer's size, and of no more than ours")
    func frames() {
        let peer = requests(1, window: 1_000_000)
        peer.take(.settings([5: 20000]))
        _ = peer.sent()
        #expect(peer.send(1, count: 40000, end: true) == 0)
        #expect(peer.sent() == ["DATA 1 #16384", "DATA 1 #16384", "DATA 1 #7232 end"])
    }

    @Test("a stream's window holds content back, and its owner is told when it opens")
    func streamWindow() {
        let peer = requests(2, window: 10)
        #expect(peer.send(1, count: 15, end: true) == 5)
        #expect(peer.send(3, count: 10, end: true) == 0)
        #expect(peer.sent() == ["DATA 1 dddddddddd", "DATA 3 dddddddddd end"])
        #expect(peer.send(1, count: 5, end: true) == 5)
        #expect(peer.take(.windowUpdate(1, 3)) == ["writable 1"])
        #expect(peer.send(1, count: 5, end: true) == 2)
        #expect(peer.take(.windowUpdate(1, 3)) == ["writable 1"])
        #expect(peer.send(1, count: 2, end: true) == 0)
        #expect(peer.sent() == ["DATA 1 ddd", "DATA 1 dd end"])
        // HEADERS and empty DATA need no window.
        let other = requests(1, window: 0)
        other.sendHeaders(1)
        #expect(other.send(1, "", end: true) == .sent)
    }

    @Test("while the connection's window is short, streams send a frame each in turn")
    func fairness() {
        let peer = requests(3, window: 1_000_000)
        var left = [UInt32: Int](uniqueKeysWithValues: [(1, 100_000), (3, 40_000), (5, 10)])
        peer.onWritable = { id in
            let stream = id.rawValue
            left[stream] = peer.send(stream, count: left[stream] ?? 0, end: true)
        }
        for stream in [1, 3, 5] as [UInt32] {
            left[stream] = peer.send(stream, count: left[stream] ?? 0, end: true)
        }
        #expect(left == [1: 34_465, 3: 40_000, 5: 10])
        _ = peer.sent()
        let turns = peer.take(.windowUpdate(0, 1_000_000))
        #expect(
            turns == [1, 3, 5, 1, 3, 1, 3].map { "writable \($0)" }
        )
        #expect(left == [1: 0, 3: 0, 5: 0])
        #expect(
            peer.sent() == [
                "DATA 1 #16384", "DATA 3 #16384", "DATA 5 dddddddddd end", "DATA 1 #16384",
                "DATA 3 #16384", "DATA 1 #1697 end", "DATA 3 #7232 end",
            ]
        )
    }

    @Test("who comes later does not overtake those that wait")
    func overtaking() {
        let peer = requests(3, window: 1_000_000)
        peer.send(1, count: 65535)
        #expect(peer.send(1, count: 100) == 100)
        // Its window opens in the middle of its neighbour's turn.
        peer.onWritable = { id in
            if id == .first {
                #expect(peer.send(3, count: 5) == 5)
                #expect(peer.send(1, count: 100, end: true) == 0)
            } else if id.rawValue == 3 {
                #expect(peer.send(3, count: 5, end: true) == 0)
            }
        }
        peer.send(5, count: 1)
        #expect(peer.take(.windowUpdate(0, 1000)).contains("writable 3"))
    }

    @Test("streams that go while they wait are passed over")
    func goneWaiting() {
        let peer = requests(3, window: 1_000_000)
        peer.send(1, count: 65535)
        for stream in [1, 3, 5] as [UInt32] { peer.send(stream, count: 10) }
        peer.take(.reset(1))
        peer.machine.reset(HTTP2StreamID(rawValue: 3), .cancel)
        #expect(peer.take(.windowUpdate(0, 100)) == ["writable 5"])
        #expect(peer.send(5, count: 10) == 0)
        // None of them keeps the window from others.
        peer.take(.headers(7))
        #expect(peer.send(7, count: 10) == 0)
    }

    @Test("a stream whose data waits is found by the time that it has waited")
    func stalled() {
        let peer = requests(2, window: 10)
        peer.machine.now = 5
        peer.send(1, count: 5000)
        peer.machine.now = 8
        peer.send(3, count: 5000)
        #expect(peer.stalled(before: 5) == nil)
        #expect(peer.stalled(before: 6) == 1)
        peer.machine.reset(.first, .cancel)
        #expect(peer.stalled(before: 8) == nil)
        #expect(peer.stalled(before: 9) == 3)
        peer.take(.windowUpdate(3, 5000))
        #expect(peer.send(3, count: 4990) == 0)
        #expect(peer.stalled(before: .max) == nil)
    }

    @Test("a window that opens by single bytes does not make a stream go on")
    func dripping() {
        var limits = HTTP2Limits()
        limits.stallProgress = 100
        let peer = HTTP2Conversation(limits: limits, settings: [4: 0])
        peer.take(.headers(1, end: true))
        var left = peer.send(1, count: 5000)
        peer.onWritable = { _ in left = peer.send(1, count: left) }
        for tick in 1...99 {
            peer.machine.now = UInt32(tick)
            peer.take(.windowUpdate(1, 1))
        }
        #expect(left == 4901)
        #expect(peer.stalled(before: 1) == 1)
        peer.take(.windowUpdate(1, 1))
        #expect(peer.stalled(before: 99) == nil)
        #expect(peer.stalled(before: 100) == 1)
    }

    @Test("memory that an idle connection does not need is given back")
    func memory() {
        let peer = requests(2)
        peer.sendHeaders(1, end: true)
        peer.machine.releaseMemory()
        #expect(peer.isOpen(3))
        peer.sendHeaders(3, end: true)
        peer.machine.releaseMemory()
        #expect(peer.take(.headers(5)) == ["headers 5 block"])
    }
}
