import MartletHTTP
import NIOCore
import Testing

@Suite("HTTP/2 at a client, and after an upgrade")
struct HTTP2ClientTests {
    @Test("a request goes out, and its response comes")
    func exchange() {
        let peer = HTTP2Conversation(.client)
        #expect(peer.open("GET", end: true) == 1)
        #expect(peer.open("POST") == 3)
        peer.send(3, "content", end: true)
        #expect(peer.sent() == ["HEADERS 1 GET end", "HEADERS 3 POST", "DATA 3 content end"])
        #expect(
            peer.take(
                .headers(3, "100"),
                .headers(3, "200"),
                .data(3, "x"),
                .headers(3, "t", end: true),
                .headers(1, "204", end: true)
            ) == [
                "headers 3 100", "headers 3 200", "data 3 x", "trailers 3 t", "headers 1 204 end",
            ]
        )
        #expect(peer.openStreamCount == 0)
    }

    @Test("a response without content may have trailers")
    func trailersOnly() {
        let peer = HTTP2Conversation(.client)
        _ = peer.open(end: true)
        #expect(
            peer.take(.headers(1, "200"), .headers(1, "t", end: true))
                == ["headers 1 200", "headers 1 t end"]
        )
    }

    @Test("content before a head, and trailers that end nothing, are errors of the stream")
    func order() {
        let peer = HTTP2Conversation(.client)
        _ = peer.open()
        _ = peer.open()
        #expect(peer.take(.data(1, "x")) == ["error 1 PROTOCOL_ERROR"])
        #expect(
            peer.take(.headers(3), .data(3, "x"), .headers(3, "t"))
                == ["headers 3 block", "data 3 x", "discarded t", "error 3 PROTOCOL_ERROR"]
        )
    }

    @Test("§5.1.1: a server opens no streams", arguments: [2, 1, 7] as [UInt32])
    func serverStream(stream: UInt32) {
        let peer = HTTP2Conversation(.client)
        #expect(peer.take(.headers(stream)) == ["failed PROTOCOL_ERROR"])
    }

    @Test("as many streams are opened as the server allows")
    func concurrency() {
        let peer = HTTP2Conversation(.client, isOpen: false)
        peer.machine.start()
        #expect(peer.availableStreamCount == 100)
        peer.take(.settings([3: 2]))
        #expect(peer.open(end: true) == 1)
        #expect(peer.open() == 3)
        #expect(peer.open() == nil)
        peer.take(.headers(1, end: true))
        #expect(peer.availableStreamCount == 1)
        #expect(peer.open() == 5)
        peer.take(.settings([3: 0]))
        #expect(peer.availableStreamCount == 0)
        #expect(HTTP2Conversation().availableStreamCount == 0)
    }

    @Test("a head that cannot be encoded opens nothing")
    func encodingFails() {
        let peer = HTTP2Conversation(.client)
        #expect(throws: HTTP2Conversation.Unencodable.self) {
            try peer.openHalf()
        }
        #expect(peer.openStreamCount == 0)
        #expect(peer.open() == 1)
    }

    @Test("a stream that ends before the request does goes on until we end it")
    func earlyResponse() {
        let peer = HTTP2Conversation(.client)
        _ = peer.open()
        #expect(peer.take(.headers(1, "413", end: true)) == ["headers 1 413 end"])
        #expect(peer.isOpen(1))
        #expect(peer.take(.reset(1, .noError)) == ["reset 1 NO_ERROR"])
    }

    // MARK: - Upgrades

    @Test("a server answers an upgraded request on stream 1")
    func upgradeServer() throws {
        let peer = HTTP2Conversation(isOpen: false)
        let settings = ByteBuffer(bytes: RawFrame.settings([4: 5]).payload)
        try peer.machine.startUpgraded(settings: settings)
        _ = peer.sent()
        peer.sendHeaders(1)
        #expect(peer.send(1, count: 9, end: true) == 4)
        #expect(peer.sent() == ["HEADERS 1 block", "DATA 1 ddddd"])
        let start = HTTP2Preface.bytes + RawFrame.settings([4: 9]).bytes
        #expect(peer.take(bytes: start) == ["settings", "writable 1"])
        #expect(peer.take(.data(1, "x")) == ["error 1 STREAM_CLOSED"])
        #expect(peer.take(.headers(3)) == ["headers 3 block"])
    }

    @Test("settings of an upgrade that are none are refused")
    func upgradeRefused() {
        let peer = HTTP2Conversation(isOpen: false)
        #expect(throws: HTTP2Error.self) {
            try peer.startUpgraded(Array("abc".utf8))
        }
        #expect(peer.sent().isEmpty)
    }

    @Test("a client gets the response to an upgraded request on stream 1")
    func upgradeClient() throws {
        let peer = HTTP2Conversation(.client, isOpen: false)
        try peer.machine.startUpgraded(settings: ByteBuffer())
        #expect(
            peer.take(.settings(), .headers(1, end: true)) == ["settings", "headers 1 block end"]
        )
        #expect(peer.openStreamCount == 0)
        #expect(peer.open() == 3)
    }
}
