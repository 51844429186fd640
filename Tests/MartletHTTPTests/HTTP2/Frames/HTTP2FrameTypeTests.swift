import MartletHTTP
import Testing

@Suite("HTTP/2 frames, type by type (RFC 9113 §6)")
struct HTTP2FrameTypeTests {
    /// The events and the answers that frames get after the prefaces.
    private func judge(_ frames: RawFrame...) -> (events: [String], sent: [String]) {
        let peer = HTTP2Conversation()
        let events = peer.take(frames)
        return (events, peer.sent())
    }

    /// The code that frames end the connection with.
    private func failure(_ frames: RawFrame...) -> String? {
        let peer = HTTP2Conversation()
        guard let last = peer.take(frames).last, last.hasPrefix("failed ") else { return nil }
        return String(last.dropFirst(7))
    }

    private func length(_ frame: RawFrame, _ length: Int) -> RawFrame {
        var frame = frame
        frame.payload = Array((frame.payload + [UInt8](repeating: 0, count: length)).prefix(length))
        return frame
    }

    @Test(
        "frames of streams are not on stream 0",
        arguments: [
            RawFrame.data(0, "x"), .headers(0), .priority(0, on: 3), .reset(0),
            .continuation(0, "x", end: true),
        ]
    )
    func streamZero(frame: RawFrame) {
        #expect(failure(frame) == "PROTOCOL_ERROR")
    }

    @Test(
        "frames of the connection are not on a stream",
        arguments: [RawFrame.settings(), .ping(1), .goAway(0)]
    )
    func onStream(frame: RawFrame) {
        var frame = frame
        frame.stream = 1
        #expect(failure(.headers(1), frame) == "PROTOCOL_ERROR")
    }

    @Test("§6.1 DATA: padding is taken off")
    func dataPadding() {
        #expect(
            judge(.headers(1), .data(1, "abc", end: true, padding: 200)).events.last
                == "data 1 abc end"
        )
        #expect(judge(.headers(1), .data(1, "abc", padding: 0)).events.last == "data 1 abc")
    }

    @Test("§6.1 DATA: more padding than payload is an error of the connection")
    func dataTooMuchPadding() {
        var frame = RawFrame.data(1, "abc", padding: 5)
        frame.payload[0] = 9
        #expect(failure(.headers(1), frame) == "PROTOCOL_ERROR")
        frame.payload = []
        #expect(failure(.headers(1), frame) == "FRAME_SIZE_ERROR")
    }

    @Test("§6.1 DATA: an empty frame may end a stream")
    func dataEmpty() {
        #expect(judge(.headers(1), .data(1, "", end: true)).events.last == "data 1  end")
        #expect(judge(.headers(1), .data(1, "")).events.last == "headers 1 block")
    }

    @Test("§6.2 HEADERS: padding and priority are taken off")
    func headersPadding() {
        #expect(
            judge(.headers(1, "abc", end: true, padding: 9, dependency: 3)).events
                == ["headers 1 abc end"]
        )
        #expect(judge(.headers(1, "abc", dependency: 0x8000_0007)).events == ["headers 1 abc"])
    }

    @Test("§6.2 HEADERS: more padding than payload is an error of the connection")
    func headersTooMuchPadding() {
        var frame = RawFrame.headers(1, "abc", padding: 2)
        frame.payload[0] = 6
        #expect(failure(frame) == "PROTOCOL_ERROR")
        var short = RawFrame.headers(1, "", dependency: 3)
        short.payload.removeLast()
        #expect(failure(short) == "FRAME_SIZE_ERROR")
    }

    @Test("§6.3 PRIORITY: another length than 5 is an error of the stream")
    func priorityLength() {
        let wrong = length(.priority(1), 4)
        #expect(judge(.headers(1), wrong).sent == ["RST_STREAM 1 FRAME_SIZE_ERROR"])
        #expect(judge(.headers(1), .priority(1, on: 3)).sent.isEmpty)
    }

    @Test("§6.4 RST_STREAM: another length than 4 is an error of the connection")
    func resetLength() {
        #expect(failure(.headers(1), length(.reset(1), 3)) == "FRAME_SIZE_ERROR")
        #expect(failure(.headers(1), length(.reset(1), 5)) == "FRAME_SIZE_ERROR")
    }

    @Test("§7: a code that nobody knows is passed on")
    func unknownCode() {
        let code = HTTP2ErrorCode(rawValue: 0xABCD)
        #expect(judge(.headers(1), .reset(1, code)).events.last == "reset 1 0xabcd")
    }

    @Test("§6.5 SETTINGS: a length that is no multiple of 6 is an error of the connection")
    func settingsLength() {
        #expect(failure(length(.settings([3: 1]), 3)) == "FRAME_SIZE_ERROR")
        var acknowledgement = RawFrame.settingsAck
        acknowledgement.payload = [0, 0, 0, 0, 0, 0]
        #expect(failure(acknowledgement) == "FRAME_SIZE_ERROR")
    }

    @Test("§6.6 PUSH_PROMISE: is refused by servers and by clients")
    func push() {
        let push = RawFrame(type: 5, stream: 1, payload: [0, 0, 0, 2])
        #expect(failure(.headers(1), push) == "PROTOCOL_ERROR")
        let client = HTTP2Conversation(.client)
        #expect(client.open() == 1)
        #expect(client.take(push) == ["failed PROTOCOL_ERROR"])
    }

    @Test("§6.7 PING: is answered with its bytes")
    func ping() {
        #expect(judge(.ping(0x0102_0304_0506_0708)).sent == ["PING ack 72623859790382856"])
        #expect(failure(length(.ping(1), 7)) == "FRAME_SIZE_ERROR")
    }

    @Test("§6.7 PING: an acknowledgement is not answered")
    func pingAcknowledgement() {
        let (events, sent) = judge(.ping(5, ack: true))
        #expect(events == ["pong 5"])
        #expect(sent.isEmpty)
    }

    @Test("§6.8 GOAWAY: shorter than 8 bytes is an error of the connection")
    func goAway() {
        #expect(failure(length(.goAway(0), 7)) == "FRAME_SIZE_ERROR")
        #expect(judge(length(.goAway(0), 20)).events == ["goaway 0 NO_ERROR"])
    }

    @Test("§6.9 WINDOW_UPDATE: another length than 4 is an error of the connection")
    func windowUpdateLength() {
        #expect(failure(length(.windowUpdate(0, 1), 3)) == "FRAME_SIZE_ERROR")
    }

    @Test("§6.9 WINDOW_UPDATE: an increment of 0 is an error")
    func windowUpdateZero() {
        #expect(failure(.windowUpdate(0, 0)) == "PROTOCOL_ERROR")
        #expect(
            judge(.headers(1), .windowUpdate(1, 0)).sent == ["RST_STREAM 1 PROTOCOL_ERROR"]
        )
    }

    @Test("§6.9.1 WINDOW_UPDATE: a window beyond 2^31-1 is an error")
    func windowOverflow() {
        let largest: UInt32 = 0x7FFF_FFFF
        #expect(failure(.windowUpdate(0, largest)) == "FLOW_CONTROL_ERROR")
        #expect(failure(.windowUpdate(0, largest - 65535)) == nil)
        #expect(
            failure(.windowUpdate(0, largest - 65535), .windowUpdate(0, 1)) == "FLOW_CONTROL_ERROR"
        )
        let peer = HTTP2Conversation()
        #expect(
            peer.answers(.headers(1), .windowUpdate(1, largest)) == [
                "RST_STREAM 1 FLOW_CONTROL_ERROR"
            ]
        )
        #expect(peer.streamErrors.first?.defence == .windowOverflow)
        peer.take(.windowUpdate(0, largest))
        #expect(peer.failure?.defence == .windowOverflow)
    }

    @Test("§6.10 CONTINUATION: follows a header block that is not complete")
    func continuation() {
        #expect(failure(.headers(1), .continuation(1, "x", end: true)) == "PROTOCOL_ERROR")
        #expect(
            failure(
                .headers(1, endHeaders: false),
                .continuation(1, "x", end: true),
                .continuation(1, "x", end: true)
            ) == "PROTOCOL_ERROR"
        )
        #expect(failure(.headers(1), .data(1, "x"), .continuation(1, "", end: true)) != nil)
    }
}
