import MartletHTTP
import MartletTransport
import NIOCore
import Testing

/// Every limit of what a peer may do: exactly as much is borne, and one more is too much.
@Suite("HTTP/2 defences")
struct HTTP2DefenceTests {
    private func limits(_ change: (inout HTTP2Limits) -> Void) -> HTTP2Limits {
        var limits = HTTP2Limits()
        change(&limits)
        return limits
    }

    /// What struck, with the code that it ended the connection with.
    private func strike(_ peer: HTTP2Conversation) -> String? {
        guard let failure = peer.failure else { return nil }
        #expect(peer.sent().last?.hasSuffix(" \(failure.code)") == true)
        return "\(failure.defence?.rawValue ?? "none") \(failure.code)"
    }

    private static func stream(_ index: Int) -> UInt32 { UInt32(index * 2 + 1) }

    @Test("rapid reset: streams that a peer opens and resets")
    func rapidReset() {
        let peer = HTTP2Conversation(limits: limits { $0.resetCount = 5 })
        for index in 0..<5 {
            peer.take(.headers(Self.stream(index), end: true), .reset(Self.stream(index)))
        }
        #expect(strike(peer) == nil)
        peer.take(.headers(11, end: true), .reset(11))
        #expect(strike(peer) == "rapid_reset ENHANCE_YOUR_CALM")
    }

    @Test("rapid reset: streams that end as they should pay for as many, and time for all")
    func rapidResetRefunds() {
        let peer = HTTP2Conversation(limits: limits { $0.resetCount = 5 })
        for index in 0..<40 {
            let stream = Self.stream(index)
            peer.take(.headers(stream, end: true))
            if index % 2 == 0 {
                peer.take(.reset(stream))
            } else {
                peer.sendHeaders(stream, end: true)
            }
        }
        #expect(strike(peer) == nil)
        for index in 40..<45 {
            peer.take(.headers(Self.stream(index), end: true), .reset(Self.stream(index)))
        }
        let window = TickTimers.ticks(in: .seconds(10))
        peer.machine.now = window
        for index in 45..<50 {
            peer.take(.headers(Self.stream(index), end: true), .reset(Self.stream(index)))
        }
        #expect(strike(peer) == nil)
        peer.machine.now = 2 * window - 1
        peer.take(.headers(Self.stream(50), end: true), .reset(Self.stream(50)))
        #expect(strike(peer) == "rapid_reset ENHANCE_YOUR_CALM")
    }

    @Test("rapid reset: streams that are refused")
    func refused() {
        let peer = HTTP2Conversation(
            limits: limits {
                $0.resetCount = 5
                $0.concurrentStreams = 1
            }
        )
        for index in 0..<6 { peer.take(.headers(Self.stream(index))) }
        #expect(strike(peer) == nil)
        #expect(peer.streamErrors.map(\.defence) == Array(repeating: .streamCount, count: 5))
        peer.take(.headers(13))
        #expect(strike(peer) == "rapid_reset ENHANCE_YOUR_CALM")
    }

    @Test("rapid reset: streams that a peer makes us reset")
    func madeToReset() {
        let peer = HTTP2Conversation(limits: limits { $0.resetCount = 5 })
        for index in 0..<6 {
            peer.take(.headers(Self.stream(index)), .windowUpdate(Self.stream(index), 0))
        }
        #expect(strike(peer) == "rapid_reset ENHANCE_YOUR_CALM")
        let other = HTTP2Conversation(limits: limits { $0.resetCount = 5 })
        other.take(.headers(1), .reset(1))
        for _ in 0..<5 { other.take(.data(1, "x")) }
        #expect(strike(other) == "rapid_reset ENHANCE_YOUR_CALM")
    }

    @Test("CONTINUATION flood: frames of a header block")
    func continuationCount() {
        let peer = HTTP2Conversation(limits: limits { $0.continuationCount = 3 })
        let more = RawFrame.continuation(1, "x", end: false)
        #expect(
            peer.take(.headers(1, endHeaders: false), more, more, .continuation(1, "y", end: true))
                == ["headers 1 blockxxy"]
        )
        var next = more
        next.stream = 3
        peer.take(.headers(3, endHeaders: false), next, next, next)
        #expect(strike(peer) == nil)
        peer.take(.continuation(3, "y", end: true))
        #expect(strike(peer) == "continuation_flood ENHANCE_YOUR_CALM")
    }

    @Test("CONTINUATION flood: bytes of a header block, before it is complete")
    func headerBlockSize() {
        let limits = limits { $0.headerBlockSize = 100 }
        let half = String(repeating: "h", count: 50)
        let peer = HTTP2Conversation(limits: limits)
        #expect(
            peer.take(.headers(1, half, endHeaders: false), .continuation(1, half, end: true))
                == ["headers 1 #100"]
        )
        peer.take(.headers(3, half, endHeaders: false), .continuation(3, half + "h", end: false))
        #expect(strike(peer) == "header_block_size ENHANCE_YOUR_CALM")
        let other = HTTP2Conversation(limits: limits)
        other.take(.headers(1, half + half + "h"))
        #expect(strike(other) == "header_block_size ENHANCE_YOUR_CALM")
    }

    @Test("empty frames: DATA, HEADERS and CONTINUATION that say nothing")
    func emptyFrames() {
        let peer = HTTP2Conversation(limits: limits { $0.emptyFrameCount = 4 })
        peer.take(.headers(1), .data(1, ""), .data(1, "", padding: 3), .data(1, "", end: true))
        peer.take(.headers(3, "", endHeaders: false), .continuation(3, "", end: false))
        peer.take(.continuation(3, "", end: true))
        #expect(strike(peer) == nil)
        peer.take(.headers(5, "", endHeaders: false))
        #expect(strike(peer) == "empty_frames ENHANCE_YOUR_CALM")
    }

    @Test("SETTINGS flood")
    func settings() {
        let peer = HTTP2Conversation(limits: limits { $0.settingsCount = 5 })
        // The first was in the preface.
        for _ in 0..<4 { peer.take(.settings([4: 1])) }
        #expect(strike(peer) == nil)
        peer.take(.settings())
        #expect(strike(peer) == "settings_flood ENHANCE_YOUR_CALM")
    }

    @Test("PING flood, unless there is traffic")
    func pings() {
        let peer = HTTP2Conversation(limits: limits { $0.pingCount = 5 })
        for _ in 0..<5 { peer.take(.ping(1)) }
        peer.take(.headers(1))
        for _ in 0..<20 { peer.take(.data(1, "x"), .ping(1)) }
        #expect(strike(peer) == nil)
        peer.take(.ping(1))
        #expect(strike(peer) == nil)
        peer.take(.ping(1))
        #expect(strike(peer) == "ping_flood ENHANCE_YOUR_CALM")
        let idle = HTTP2Conversation(limits: limits { $0.pingCount = 5 })
        for tick in 0..<20 {
            idle.machine.now = UInt32(tick * 25)
            idle.take(.ping(1))
        }
        #expect(strike(idle) == nil)
    }

    @Test("WINDOW_UPDATE flood, unless content is sent")
    func windowUpdates() {
        let peer = HTTP2Conversation(limits: limits { $0.windowUpdateCount = 20 })
        peer.take(.headers(1, end: true))
        // What HEADERS paid for are ten.
        for _ in 0..<15 { peer.take(.windowUpdate(0, 1), .windowUpdate(1, 1)) }
        #expect(strike(peer) == nil)
        for _ in 0..<10 {
            peer.send(1, "x")
            for _ in 0..<10 { peer.take(.windowUpdate(0, 1)) }
        }
        #expect(strike(peer) == nil)
        peer.take(.windowUpdate(1, 1))
        #expect(strike(peer) == "window_update_flood ENHANCE_YOUR_CALM")
    }

    @Test("traffic does not pay for a flood long after it")
    func refundsAreBounded() {
        let peer = HTTP2Conversation(limits: limits { $0.pingCount = 5 })
        peer.take(.headers(1))
        for _ in 0..<200 { peer.take(.data(1, "x")) }
        for _ in 0..<69 { peer.take(.ping(1)) }
        #expect(strike(peer) == nil)
        peer.take(.ping(1))
        #expect(strike(peer) == "ping_flood ENHANCE_YOUR_CALM")
    }

    @Test(
        "frames that are ignored",
        arguments: [
            RawFrame.priority(9), RawFrame(type: 0x20, payload: [1]), .settingsAck,
            .ping(3, ack: true), .goAway(0), .reset(1), .data(1, ""),
            .headers(1, "t", end: true),
        ]
    )
    func ignoredFrames(frame: RawFrame) {
        let peer = HTTP2Conversation(limits: limits { $0.ignoredFrameCount = 5 })
        peer.take(.headers(1))
        peer.machine.reset(.first, .cancel)
        // HEADERS paid for two.
        for _ in 0..<7 { peer.take(frame) }
        #expect(strike(peer) == nil)
        peer.take(frame)
        #expect(strike(peer) == "ignored_frames ENHANCE_YOUR_CALM")
    }

    @Test("what may have been under way for a stream that was reset costs nothing")
    func underWay() {
        let peer = HTTP2Conversation(
            limits: limits {
                $0.ignoredFrameCount = 5
                $0.resetCount = 5
            }
        )
        peer.take(.headers(1))
        peer.machine.reset(.first, .cancel)
        for _ in 0..<100 { peer.take(.data(1, "x")) }
        for index in 1..<50 {
            // A client ends what it need not finish.
            peer.take(.headers(Self.stream(index)))
            peer.sendHeaders(Self.stream(index), end: true)
            peer.take(.reset(Self.stream(index), .noError))
        }
        for index in 50..<100 {
            peer.take(.headers(Self.stream(index)))
            peer.machine.reset(HTTP2StreamID(rawValue: Self.stream(index)), .noError)
            peer.take(.reset(Self.stream(index), .noError), .windowUpdate(Self.stream(index), 1))
        }
        #expect(strike(peer) == nil)
    }

    @Test("a client bears as many resets as a server wants")
    func resetsAtClient() {
        let peer = HTTP2Conversation(.client, limits: limits { $0.resetCount = 5 })
        for index in 0..<20 {
            #expect(peer.open() == Self.stream(index))
            peer.take(.reset(Self.stream(index), .refusedStream))
        }
        #expect(strike(peer) == nil)
    }

    @Test("answers that the peer does not read")
    func unreadAnswers() {
        let peer = HTTP2Conversation(limits: limits { $0.unsentAnswerCount = 5 })
        // SETTINGS of the preface was answered.
        for _ in 0..<4 { peer.take(.ping(1)) }
        peer.machine.sentAll()
        for _ in 0..<3 { peer.take(.ping(1)) }
        peer.take(.settings(), .headers(1), .windowUpdate(1, 0))
        #expect(strike(peer) == nil)
        peer.machine.now = 1000
        peer.take(.ping(1))
        #expect(strike(peer) == "unread_answers ENHANCE_YOUR_CALM")
    }

    @Test("the owner's own reasons end the connection too")
    func ownersReason() {
        let peer = HTTP2Conversation()
        peer.take(.headers(1))
        peer.machine.goAway(
            .connection(.compressionError, "A block is wrong.", defence: .headerBomb)
        )
        #expect(peer.sent() == ["GOAWAY 1 COMPRESSION_ERROR"])
        #expect(peer.hasFailed)
    }
}
