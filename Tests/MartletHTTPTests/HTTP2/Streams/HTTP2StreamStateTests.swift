import MartletHTTP
import Testing

@Suite("HTTP/2 streams and their states (RFC 9113 §5)")
struct HTTP2StreamStateTests {
    /// A conversation in which stream 1 is half-closed (remote).
    private func halfClosedRemote() -> HTTP2Conversation {
        let peer = HTTP2Conversation()
        peer.take(.headers(1, end: true))
        return peer
    }

    /// A conversation in which stream 1 has ended on both sides.
    private func closed() -> HTTP2Conversation {
        let peer = halfClosedRemote()
        peer.sendHeaders(1, end: true)
        _ = peer.sent()
        return peer
    }

    @Test(
        "§5.1 idle: frames other than HEADERS and PRIORITY are errors of the connection",
        arguments: [RawFrame.data(1, "x"), .reset(1), .windowUpdate(1, 1)]
    )
    func idle(frame: RawFrame) {
        #expect(HTTP2Conversation().answers(frame) == ["GOAWAY 0 PROTOCOL_ERROR"])
        var other = frame
        other.stream = 2
        #expect(HTTP2Conversation().answers(other) == ["GOAWAY 0 PROTOCOL_ERROR"])
    }

    @Test("§5.1 idle: CONTINUATION is an error of the connection")
    func idleContinuation() {
        let answers = HTTP2Conversation().answers(.continuation(1, "x", end: true))
        #expect(answers == ["GOAWAY 0 PROTOCOL_ERROR"])
    }

    @Test("§5.1 idle: PRIORITY changes nothing")
    func idlePriority() {
        let peer = HTTP2Conversation()
        #expect(peer.take(.priority(5), .headers(3)) == ["headers 3 block"])
        #expect(peer.sent().isEmpty)
    }

    @Test("§5.1 half-closed (remote): DATA and HEADERS reset the stream with STREAM_CLOSED")
    func halfClosedRemoteFrames() {
        #expect(halfClosedRemote().answers(.data(1, "x")) == ["RST_STREAM 1 STREAM_CLOSED"])
        let peer = halfClosedRemote()
        // The block is decoded all the same.
        #expect(peer.take(.headers(1, end: true)) == ["discarded block", "error 1 STREAM_CLOSED"])
        #expect(peer.sent() == ["RST_STREAM 1 STREAM_CLOSED"])
    }

    @Test("§5.1 half-closed (remote): CONTINUATION is an error of the connection")
    func halfClosedRemoteContinuation() {
        let answers = halfClosedRemote().answers(.continuation(1, "x", end: true))
        #expect(answers == ["GOAWAY 1 PROTOCOL_ERROR"])
    }

    @Test("§5.1 half-closed (remote): WINDOW_UPDATE, PRIORITY and RST_STREAM are taken")
    func halfClosedRemoteTaken() {
        let peer = halfClosedRemote()
        #expect(peer.take(.windowUpdate(1, 10), .priority(1), .reset(1)) == ["reset 1 CANCEL"])
        #expect(peer.sent().isEmpty)
        #expect(peer.openStreamCount == 0)
    }

    @Test("§5.1 half-closed (local): everything may come")
    func halfClosedLocal() {
        let peer = HTTP2Conversation()
        peer.take(.headers(1))
        peer.sendHeaders(1, end: true)
        #expect(
            peer.take(.data(1, "x"), .windowUpdate(1, 1), .priority(1), .headers(1, "t", end: true))
                == ["data 1 x", "trailers 1 t"]
        )
        #expect(peer.openStreamCount == 0)
        #expect(peer.sent() == ["HEADERS 1 block end"])
    }

    @Test("§5.1 half-closed (local): nothing more is sent")
    func halfClosedLocalSending() {
        let peer = HTTP2Conversation()
        peer.take(.headers(1))
        #expect(peer.send(1, "x", end: true) == .sent)
        #expect(peer.send(1, "y") == .closed)
        #expect(!peer.sendHeaders(1))
        #expect(peer.sent() == ["DATA 1 x end"])
        peer.machine.reset(.first, .noError)
        #expect(peer.sent() == ["RST_STREAM 1 NO_ERROR"])
    }

    @Test("§5.1 closed by the peer's RST_STREAM: DATA and HEADERS are answered with STREAM_CLOSED")
    func closedByPeer() {
        let peer = HTTP2Conversation()
        #expect(peer.take(.headers(1), .reset(1, .noError)).last == "reset 1 NO_ERROR")
        #expect(peer.answers(.data(1, "x")) == ["RST_STREAM 1 STREAM_CLOSED"])
        #expect(peer.take(.headers(1, end: true)) == ["discarded block", "error 1 STREAM_CLOSED"])
        #expect(peer.sent() == ["RST_STREAM 1 STREAM_CLOSED"])
        #expect(peer.answers(.reset(1), .windowUpdate(1, 1), .priority(1)).isEmpty)
        #expect(
            peer.answers(.continuation(1, "x", end: true)) == ["GOAWAY 1 PROTOCOL_ERROR"]
        )
    }

    @Test("§5.1 closed by our RST_STREAM: what still comes is ignored, and its window given back")
    func closedByUs() {
        var limits = HTTP2Limits()
        limits.connectionWindowSize = 65535
        let peer = HTTP2Conversation(limits: limits)
        peer.take(.headers(1))
        peer.machine.reset(.first, .cancel)
        #expect(peer.sent() == ["RST_STREAM 1 CANCEL"])
        #expect(
            peer.take(
                .data(1, count: 16384),
                .data(1, count: 16000),
                .headers(1, "t", end: true),
                .windowUpdate(1, 5),
                .reset(1)
            ) == ["discarded t"]
        )
        #expect(peer.sent().isEmpty)
        peer.take(.data(1, count: 400))
        #expect(peer.sent().first == "WINDOW_UPDATE 0 32784")
    }

    @Test("§5.1 closed by END_STREAM: DATA and HEADERS are errors of the connection")
    func closedByEnd() {
        #expect(closed().answers(.data(1, "x")) == ["GOAWAY 1 STREAM_CLOSED"])
        #expect(closed().answers(.headers(1, end: true)) == ["GOAWAY 1 STREAM_CLOSED"])
        let answers = closed().answers(.continuation(1, "x", end: true))
        #expect(answers == ["GOAWAY 1 PROTOCOL_ERROR"])
        // These may have been under way.
        #expect(closed().answers(.windowUpdate(1, 1), .priority(1), .reset(1)).isEmpty)
    }

    @Test("§5.1: streams that closed long ago are forgotten, and their late frames ignored")
    func forgotten() {
        let peer = HTTP2Conversation()
        for stream in 0..<80 {
            peer.take(.headers(UInt32(stream * 2 + 1), end: true))
            peer.sendHeaders(UInt32(stream * 2 + 1), end: true)
        }
        _ = peer.sent()
        #expect(peer.take(.data(1, "x"), .headers(3, "b", end: true)) == ["discarded b"])
        #expect(peer.sent().isEmpty)
        #expect(peer.answers(.data(159, "x")) == ["GOAWAY 159 STREAM_CLOSED"])
    }

    @Test("§5.1.1: a client's streams are odd")
    func even() {
        #expect(HTTP2Conversation().answers(.headers(2)) == ["GOAWAY 0 PROTOCOL_ERROR"])
    }

    @Test("§5.1.1: the numbers of streams grow")
    func decreasing() {
        let peer = HTTP2Conversation()
        #expect(peer.answers(.headers(5, end: true), .headers(3)) == ["GOAWAY 5 PROTOCOL_ERROR"])
        let other = HTTP2Conversation()
        #expect(other.answers(.headers(5), .data(3, "x")) == ["GOAWAY 5 PROTOCOL_ERROR"])
    }

    @Test("§5.1.2: a stream beyond the limit is refused, and the others go on")
    func concurrency() {
        var limits = HTTP2Limits()
        limits.concurrentStreams = 2
        let peer = HTTP2Conversation(limits: limits)
        #expect(
            peer.take(.headers(1), .headers(3), .headers(5, "five"), .data(5, "x"), .data(3, "y"))
                == [
                    "headers 1 block", "headers 3 block", "discarded five",
                    "error 5 REFUSED_STREAM", "data 3 y",
                ]
        )
        #expect(peer.sent() == ["RST_STREAM 5 REFUSED_STREAM"])
        #expect(peer.streamErrors.first?.defence == .streamCount)
        peer.take(.reset(1))
        #expect(peer.take(.headers(7)) == ["headers 7 block"])
    }

    @Test("§5.3.1: a stream that depends on itself is an error")
    func selfDependency() {
        let peer = HTTP2Conversation()
        #expect(
            peer.take(.headers(1, dependency: 1)) == ["discarded block", "error 1 PROTOCOL_ERROR"]
        )
        #expect(peer.sent() == ["RST_STREAM 1 PROTOCOL_ERROR"])
        peer.take(.headers(3))
        #expect(peer.answers(.priority(3, on: 3)) == ["RST_STREAM 3 PROTOCOL_ERROR"])
        // A stream that is idle cannot be reset.
        #expect(peer.answers(.priority(9, on: 9)) == ["GOAWAY 3 PROTOCOL_ERROR"])
    }

    @Test("§8.1: a second header block of a request ends it")
    func trailersEnd() {
        let peer = HTTP2Conversation()
        #expect(
            peer.take(.headers(1), .headers(1, "t"))
                == ["headers 1 block", "discarded t", "error 1 PROTOCOL_ERROR"]
        )
        #expect(peer.sent() == ["RST_STREAM 1 PROTOCOL_ERROR"])
    }

    @Test("§8.1.1: content is as long as it was said to be")
    func contentLength() {
        func peer(_ length: Int) -> HTTP2Conversation {
            let peer = HTTP2Conversation()
            peer.take(.headers(1))
            peer.machine.expectContent(.first, length: length)
            return peer
        }
        let whole = ["data 1 ab", "data 1 cd end"]
        #expect(peer(4).take(.data(1, "ab"), .data(1, "cd", end: true)) == whole)
        #expect(peer(4).take(.data(1, "abcde")) == ["error 1 PROTOCOL_ERROR"])
        #expect(peer(4).take(.data(1, "abc", end: true)) == ["error 1 PROTOCOL_ERROR"])
        #expect(
            peer(4).take(.data(1, "ab"), .headers(1, "t", end: true))
                == ["data 1 ab", "discarded t", "error 1 PROTOCOL_ERROR"]
        )
        #expect(
            peer(2).take(.data(1, "ab"), .headers(1, "t", end: true)) == [
                "data 1 ab", "trailers 1 t",
            ]
        )
    }
}
