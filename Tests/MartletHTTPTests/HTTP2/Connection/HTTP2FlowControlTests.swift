import MartletHTTP
import NIOCore
import Testing

@Suite("HTTP/2 windows for content that comes (RFC 9113 §6.9)")
struct HTTP2FlowControlTests {
    private func limits(stream: Int, connection: Int = 65535) -> HTTP2Limits {
        var limits = HTTP2Limits()
        limits.streamWindowSize = stream
        limits.largestStreamWindowSize = stream
        limits.connectionWindowSize = connection
        return limits
    }

    @Test("DATA beyond a stream's window resets the stream")
    func beyondStream() {
        let peer = HTTP2Conversation(limits: limits(stream: 100))
        #expect(peer.take(.headers(1), .data(1, count: 100)).last == "data 1 #100")
        #expect(peer.take(.data(1, count: 1)) == ["error 1 FLOW_CONTROL_ERROR"])
        #expect(peer.streamErrors.first?.defence == .dataBeyondWindow)
        #expect(peer.sent() == ["RST_STREAM 1 FLOW_CONTROL_ERROR"])
    }

    @Test("DATA beyond the connection's window ends the connection")
    func beyondConnection() {
        let peer = HTTP2Conversation(limits: limits(stream: 1_000_000))
        peer.take(.headers(1))
        for _ in 0..<4 { peer.take(.data(1, count: 16383)) }
        #expect(peer.take(.data(1, count: 3)) == ["data 1 ddd"])
        #expect(peer.take(.data(1, count: 1)) == ["failed FLOW_CONTROL_ERROR"])
        #expect(peer.failure?.defence == .dataBeyondWindow)
        #expect(peer.sent() == ["GOAWAY 1 FLOW_CONTROL_ERROR"])
    }

    @Test("half a window that was read is given back at once, and less is not")
    func giveBack() {
        let peer = HTTP2Conversation(limits: limits(stream: 1000))
        peer.take(.headers(1), .data(1, count: 1000))
        peer.machine.consumed(.first, 499)
        #expect(peer.sent().isEmpty)
        peer.machine.consumed(.first, 1)
        #expect(peer.sent() == ["WINDOW_UPDATE 1 500"])
        #expect(peer.take(.data(1, count: 500)) == ["data 1 #500"])
        #expect(peer.take(.data(1, count: 1)) == ["error 1 FLOW_CONTROL_ERROR"])
    }

    @Test("the connection's window comes back also from streams that have gone")
    func giveBackConnection() {
        let peer = HTTP2Conversation(limits: limits(stream: 1_000_000))
        peer.take(.headers(1), .data(1, count: 16384), .data(1, count: 16383), .reset(1))
        peer.machine.consumed(.first, 32767)
        #expect(peer.sent().isEmpty)
        peer.take(.headers(3), .data(3, count: 1, end: true))
        peer.machine.consumed(HTTP2StreamID(rawValue: 3), 1)
        #expect(peer.sent() == ["WINDOW_UPDATE 0 32768"])
    }

    @Test("padding counts, and is given back without being read")
    func padding() {
        let peer = HTTP2Conversation(limits: limits(stream: 400))
        peer.take(.headers(1))
        #expect(peer.take(.data(1, "x", padding: 198)) == ["data 1 x"])
        #expect(peer.sent().isEmpty)
        #expect(peer.take(.data(1, "", padding: 0)).isEmpty)
        #expect(peer.sent() == ["WINDOW_UPDATE 1 200"])
    }

    @Test("a stream that has ended gets no window")
    func ended() {
        let peer = HTTP2Conversation(limits: limits(stream: 100))
        peer.take(.headers(1), .data(1, count: 100, end: true))
        peer.machine.consumed(.first, 100)
        #expect(peer.sent().isEmpty)
    }

    @Test("windows grow when two thirds of one come within a round trip, up to their limit")
    func growth() {
        var limits = HTTP2Limits()
        limits.streamWindowSize = 30_000
        limits.largestStreamWindowSize = 100_000
        limits.connectionWindowSize = 70_000
        limits.largestConnectionWindowSize = 100_000
        let peer = HTTP2Conversation(limits: limits)
        peer.take(.headers(1), .data(1, count: 15_000))
        peer.machine.consumed(.first, 15_000)
        let sent = peer.sent()
        #expect(sent.first == "WINDOW_UPDATE 1 15000")
        #expect(sent.count == 2 && sent[1].hasPrefix("PING "))
        let probe = UInt64(sent[1].dropFirst(5)) ?? 0
        peer.take(.data(1, count: 10_000), .data(1, count: 9_999))
        #expect(peer.take(.ping(probe, ack: true)).isEmpty)
        #expect(peer.sent().isEmpty)
        // The next round trip brings a byte more.
        peer.machine.consumed(.first, 19_999)
        #expect(peer.sent().last == sent[1])
        peer.take(.data(1, count: 10_000), .data(1, count: 10_000))
        peer.take(.ping(probe, ack: true))
        #expect(peer.sent() == ["SETTINGS 4=60000", "WINDOW_UPDATE 0 30000"])
        // What is new holds at once.
        let pieces = peer.take(.data(1, count: 16_000), .data(1, count: 16_000))
        #expect(pieces == ["data 1 #16000", "data 1 #16000"])
    }

    @Test("windows that cannot grow are not measured")
    func noGrowth() {
        let peer = HTTP2Conversation(limits: limits(stream: 1000))
        peer.take(.headers(1), .data(1, count: 500))
        peer.machine.consumed(.first, 500)
        #expect(peer.sent() == ["WINDOW_UPDATE 1 500"])
    }
}
