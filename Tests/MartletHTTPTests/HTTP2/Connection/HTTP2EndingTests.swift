import MartletHTTP
import NIOCore
import Testing

@Suite("HTTP/2 connections end (RFC 9113 §6.8)")
struct HTTP2EndingTests {
    /// What a machine's PING of a graceful end carries.
    private func drainPing(_ sent: [String]) -> UInt64 {
        sent.last.flatMap { UInt64($0.dropFirst(5)) } ?? 0
    }

    @Test("a server announces its end, and names the last stream a round trip later")
    func twoSteps() {
        let peer = HTTP2Conversation()
        peer.take(.headers(1))
        peer.machine.drain()
        let sent = peer.sent()
        #expect(sent.first == "GOAWAY 2147483647 NO_ERROR")
        #expect(peer.isDraining)
        // What was under way is taken.
        #expect(peer.take(.headers(3, end: true)) == ["headers 3 block end"])
        #expect(peer.take(.ping(drainPing(sent), ack: true)).isEmpty)
        #expect(peer.sent() == ["GOAWAY 3 NO_ERROR"])
        #expect(!peer.isDrained)
        // Streams go on.
        peer.sendHeaders(3, end: true)
        #expect(peer.take(.data(1, "x", end: true)) == ["data 1 x end"])
        peer.sendHeaders(1, end: true)
        #expect(peer.isDrained)
        peer.machine.drain()
        peer.machine.finishDraining()
        #expect(peer.sent() == ["HEADERS 3 block end", "HEADERS 1 block end"])
    }

    @Test("streams above the last are ignored, but for header compression and the window")
    func aboveLast() {
        let peer = HTTP2Conversation()
        peer.take(.headers(1))
        peer.machine.finishDraining()
        #expect(peer.sent() == ["GOAWAY 1 NO_ERROR"])
        #expect(
            peer.take(.headers(3, "b"), .data(3, "x"), .windowUpdate(3, 1), .data(1, "y"))
                == ["discarded b", "data 1 y"]
        )
        #expect(peer.sent().isEmpty)
    }

    @Test("an owner that does not want to wait takes the second step itself")
    func impatient() {
        let peer = HTTP2Conversation()
        peer.machine.drain()
        let ping = drainPing(peer.sent())
        peer.machine.finishDraining()
        #expect(peer.sent() == ["GOAWAY 0 NO_ERROR"])
        #expect(peer.isDrained)
        peer.take(.ping(ping, ack: true))
        #expect(peer.sent().isEmpty)
    }

    @Test("a client whose server ends opens no more streams, and learns which were not taken")
    func goAwayAtClient() {
        let peer = HTTP2Conversation(.client)
        for _ in 0..<3 { _ = peer.open() }
        #expect(peer.take(.goAway(0x7FFF_FFFF)) == ["goaway 2147483647 NO_ERROR"])
        #expect(peer.availableStreamCount == 0)
        #expect(peer.open() == nil)
        #expect(peer.openStreamCount == 3)
        let events = peer.take(.goAway(1, .enhanceYourCalm))
        #expect(events.first == "goaway 1 ENHANCE_YOUR_CALM")
        #expect(
            events.dropFirst().sorted() == ["reset 3 REFUSED_STREAM", "reset 5 REFUSED_STREAM"]
        )
        #expect(peer.take(.headers(1), .data(1, "x", end: true)).count == 2)
        // What still comes for those is ignored.
        #expect(peer.take(.headers(3, "late")) == ["discarded late"])
        // The last stream cannot rise again.
        #expect(peer.take(.goAway(9)) == ["goaway 1 NO_ERROR"])
    }

    @Test("a client that ends says so once, and opens no more streams")
    func clientDrains() {
        let peer = HTTP2Conversation(.client)
        _ = peer.open()
        _ = peer.sent()
        peer.machine.drain()
        #expect(peer.sent() == ["GOAWAY 0 NO_ERROR"])
        #expect(peer.open() == nil)
        peer.machine.reset(.first, .cancel)
        #expect(peer.isDrained)
    }

    @Test("a server whose client ends goes on with what it has")
    func goAwayAtServer() {
        let peer = HTTP2Conversation()
        #expect(
            peer.take(.headers(1), .goAway(0), .data(1, "x"))
                == ["headers 1 block", "goaway 0 NO_ERROR", "data 1 x"]
        )
        #expect(peer.isDraining)
    }
}
