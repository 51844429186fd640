import MartletHTTP
import NIOCore
import Testing

@Suite("HTTP/2 connections begin, and frames are framed (RFC 9113 §3.4, §4)")
struct HTTP2FrameFormatTests {
    @Test("§3.4: a server says its settings, and takes a client's preface")
    func preface() {
        let peer = HTTP2Conversation(isOpen: false)
        peer.machine.start()
        #expect(
            peer.sent() == ["SETTINGS 3=100 4=262144 6=32768 8=1", "WINDOW_UPDATE 0 983041"]
        )
        #expect(!peer.hasPeerSettings)
        #expect(
            peer.take(bytes: HTTP2Preface.bytes + RawFrame.settings().bytes) == ["settings"]
        )
        #expect(peer.sent() == ["SETTINGS ack"])
        #expect(peer.hasPeerSettings)
        #expect(peer.awaitsSettings)
        #expect(peer.take(.settingsAck) == ["settings acknowledged"])
        #expect(!peer.awaitsSettings)
    }

    @Test("§3.4: a client begins with the preface and its settings, without push")
    func clientPreface() {
        let peer = HTTP2Conversation(.client, isOpen: false)
        peer.machine.start()
        let start = peer.machine.output.readBytes(length: 24)
        #expect(start == Array("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".utf8))
        #expect(
            peer.sent() == ["SETTINGS 2=0 4=262144 6=32768", "WINDOW_UPDATE 0 983041"]
        )
        #expect(peer.take(.settings([3: 7])) == ["settings"])
        #expect(peer.sent() == ["SETTINGS ack"])
    }

    @Test("§3.4: something else than the preface is refused at its first wrong byte")
    func wrongPreface() {
        for text in ["GET / HTTP/1.1\r\n\r\n", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r!", "PRX"] {
            let peer = HTTP2Conversation(isOpen: false)
            #expect(peer.take(bytes: Array(text.utf8)) == ["failed PROTOCOL_ERROR"])
            #expect(peer.sent() == ["GOAWAY 0 PROTOCOL_ERROR"])
        }
        let half = Array(HTTP2Preface.bytes[..<10])
        #expect(HTTP2Conversation(isOpen: false).take(bytes: half).isEmpty)
        #expect(HTTP2Preface.match(ByteBuffer(bytes: half)) == .partial)
        #expect(HTTP2Preface.match(ByteBuffer(string: "GET ")) == .different)
        #expect(HTTP2Preface.match(ByteBuffer(bytes: HTTP2Preface.bytes + [1])) == .whole)
    }

    @Test("§3.4: the first frame is SETTINGS, and not an acknowledgement")
    func firstFrame() {
        for frame in [RawFrame.ping(1), .headers(1), .settingsAck] {
            let peer = HTTP2Conversation(isOpen: false)
            peer.machine.receive(ByteBuffer(bytes: HTTP2Preface.bytes))
            #expect(peer.take(frame) == ["failed PROTOCOL_ERROR"])
        }
        let client = HTTP2Conversation(.client, isOpen: false)
        #expect(client.take(.ping(1)) == ["failed PROTOCOL_ERROR"])
    }

    @Test("§4.1: frames of an unknown type are ignored")
    func unknownType() {
        let peer = HTTP2Conversation()
        let unknown = RawFrame(type: 0x16, flags: [.endStream], stream: 5, payload: [1, 2, 3])
        #expect(peer.answers(unknown, .ping(7)) == ["PING ack 7"])
    }

    @Test("§4.1: flags that are not defined, and the reserved bit, are ignored")
    func undefinedFlags() {
        let peer = HTTP2Conversation()
        var ping = RawFrame.ping(7)
        ping.flags = HTTP2FrameFlags(rawValue: 0x16)
        #expect(peer.answers(ping) == ["PING ack 7"])
        ping = .ping(8)
        ping.stream = 0x8000_0000
        #expect(peer.answers(ping) == ["PING ack 8"])
        var headers = RawFrame.headers(1)
        headers.stream |= 0x8000_0000
        #expect(peer.take(headers) == ["headers 1 block"])
    }

    @Test("§4.2: a frame of 2^14 bytes is taken, and one byte more is too long")
    func frameSize() {
        let peer = HTTP2Conversation()
        #expect(
            peer.take(.headers(1), .data(1, count: 16384)) == ["headers 1 block", "data 1 #16384"]
        )
        #expect(peer.take(.data(1, count: 16385)) == ["failed FRAME_SIZE_ERROR"])
        #expect(peer.sent() == ["GOAWAY 1 FRAME_SIZE_ERROR"])
        let other = HTTP2Conversation()
        var headers = RawFrame.headers(1)
        headers.statedLength = 16385
        #expect(other.take(headers) == ["failed FRAME_SIZE_ERROR"])
    }

    @Test("§4.2: a longer frame is taken when the settings say so")
    func ownFrameSize() {
        var limits = HTTP2Limits()
        limits.frameSize = 20000
        let peer = HTTP2Conversation(limits: limits)
        #expect(
            peer.take(.headers(1), .data(1, count: 20000)) == ["headers 1 block", "data 1 #20000"]
        )
        #expect(peer.take(.data(1, count: 20001)) == ["failed FRAME_SIZE_ERROR"])
    }

    @Test("§4.3: a header block is joined from its frames")
    func continuation() {
        let peer = HTTP2Conversation()
        #expect(
            peer.take(
                .headers(1, "a", end: true, endHeaders: false),
                .continuation(1, "b", end: false),
                .continuation(1, "c", end: true)
            ) == ["headers 1 abc end"]
        )
        #expect(!peer.isWithinFrame)
        peer.take(.headers(3, "a", endHeaders: false))
        #expect(peer.isWithinFrame)
    }

    @Test(
        "§4.3: nothing comes between the frames of a header block",
        arguments: [
            RawFrame.priority(1), .data(1, "x"), .headers(3), .continuation(3, "x", end: true),
            .ping(1), .settings(), .windowUpdate(0, 1), .reset(1), .goAway(0),
            RawFrame(type: 0x16),
        ]
    )
    func interrupted(frame: RawFrame) {
        let peer = HTTP2Conversation()
        #expect(peer.take(.headers(1, endHeaders: false), frame) == ["failed PROTOCOL_ERROR"])
        #expect(peer.sent() == ["GOAWAY 0 PROTOCOL_ERROR"])
    }

    @Test("after an error of the connection nothing is read or written")
    func failed() {
        let peer = HTTP2Conversation()
        peer.take(.headers(1), .ping(1, ack: false), .continuation(1, "x", end: true), .ping(2))
        #expect(peer.sent() == ["PING ack 1", "GOAWAY 1 PROTOCOL_ERROR"])
        #expect(peer.take(.ping(3)).isEmpty)
        #expect(!peer.sendHeaders(1))
        #expect(peer.send(1, "x") == .closed)
        peer.machine.reset(.first, .cancel)
        peer.machine.ping(5)
        peer.machine.drain()
        peer.machine.consumed(.first, 1_000_000)
        peer.machine.goAway(.connection(.internalError, "again"))
        #expect(peer.sent().isEmpty)
    }

    @Test("an error says what, where and why")
    func description() {
        let error = HTTP2Error.stream(.first, .flowControlError, "Too much.")
        #expect("\(error)" == "FLOW_CONTROL_ERROR on stream 1: Too much.")
        #expect("\(HTTP2ErrorCode(rawValue: 13))" == "HTTP_1_1_REQUIRED")
        #expect("\(HTTP2ErrorCode(rawValue: 255))" == "0xff")
    }
}
