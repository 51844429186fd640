import MartletHTTP
import NIOCore
import Testing

@Suite("HTTP/2 settings (RFC 9113 §6.5)")
struct HTTP2SettingsTests {
    @Test("§6.5.3: settings are acknowledged, and hold from then on")
    func acknowledged() {
        let peer = HTTP2Conversation()
        #expect(
            peer.answers(
                .settings([1: 100, 2: 0, 3: 5, 4: 70000, 5: 20000, 6: 300, 8: 1, 0x99: 1])
            ) == ["SETTINGS ack"]
        )
        let settings = peer.peerSettings
        #expect(settings.headerTableSize == 100)
        #expect(!settings.enablesPush)
        #expect(settings.concurrentStreams == 5)
        #expect(settings.windowSize == 70000)
        #expect(settings.frameSize == 20000)
        #expect(settings.headerListSize == 300)
        #expect(settings.enablesConnectProtocol)
    }

    @Test("§6.5.3: of several values of a setting the last holds")
    func lastValue() {
        let peer = HTTP2Conversation()
        peer.take(.headers(1))
        peer.take(.settings([4: 0, 4: 1_000_000, 4: 3]))
        #expect(peer.send(1, count: 10) == 7)
    }

    @Test(
        "§6.5.2: values that a setting cannot have are errors of the connection",
        arguments: [
            (2, 2, "PROTOCOL_ERROR"), (4, 0x8000_0000, "FLOW_CONTROL_ERROR"),
            (5, 16383, "PROTOCOL_ERROR"), (5, 16_777_216, "PROTOCOL_ERROR"),
            (8, 2, "PROTOCOL_ERROR"),
        ] as [(UInt16, UInt32, String)]
    )
    func invalid(identifier: UInt16, value: UInt32, code: String) {
        let answers = HTTP2Conversation().answers(.settings([identifier: value]))
        #expect(answers == ["GOAWAY 0 \(code)"])
    }

    @Test("RFC 8441 §3: extended CONNECT is not taken back, and is offered unless it is off")
    func extendedConnect() {
        let peer = HTTP2Conversation(settings: [8: 1])
        #expect(peer.answers(.settings([8: 0])) == ["GOAWAY 0 PROTOCOL_ERROR"])
        var limits = HTTP2Limits()
        limits.allowsExtendedConnect = false
        let other = HTTP2Conversation(limits: limits, isOpen: false)
        other.machine.start()
        #expect(other.sent().first == "SETTINGS 3=100 4=262144 6=32768")
    }

    @Test("§6.5.2: a server cannot allow a client to push")
    func pushByServer() {
        let client = HTTP2Conversation(.client)
        #expect(client.take(.settings([2: 0])) == ["settings"])
        #expect(client.take(.settings([2: 1])) == ["failed PROTOCOL_ERROR"])
        #expect(HTTP2Conversation().take(.settings([2: 1])) == ["settings"])
    }

    @Test("every setting that differs from the default is sent")
    func own() {
        var limits = HTTP2Limits()
        limits.headerTableSize = 8192
        limits.concurrentStreams = 7
        limits.streamWindowSize = 1
        limits.connectionWindowSize = 70000
        limits.frameSize = 20000
        limits.headerListSize = 999
        let peer = HTTP2Conversation(limits: limits, isOpen: false)
        peer.machine.start()
        #expect(
            peer.sent() == [
                "SETTINGS 1=8192 3=7 4=1 5=20000 6=999 8=1", "WINDOW_UPDATE 0 4465",
            ]
        )
    }

    @Test("limits that the protocol does not allow are brought within it")
    func bounds() {
        var limits = HTTP2Limits()
        limits.frameSize = 1
        limits.connectionWindowSize = 1
        limits.streamWindowSize = .max
        limits.concurrentStreams = -1
        let values = SharedHTTP2Limits(limits).values
        #expect(values.frameSize == 16384)
        #expect(values.connectionWindowSize == 65535)
        #expect(values.streamWindowSize == HTTP2Machine.largestWindow)
        #expect(values.concurrentStreams == 0)
    }

    @Test("§6.9.2: a change of the first window changes those of open streams, below 0 too")
    func negative() {
        let peer = HTTP2Conversation(settings: [4: 10])
        peer.take(.headers(1))
        #expect(peer.send(1, count: 30) == 20)
        #expect(peer.sent() == ["DATA 1 dddddddddd"])
        // The window is now -7.
        #expect(peer.take(.settings([4: 3])) == ["settings"])
        #expect(peer.take(.windowUpdate(1, 7)).isEmpty)
        #expect(peer.take(.windowUpdate(1, 1)) == ["writable 1"])
        #expect(peer.send(1, count: 20) == 19)
        #expect(peer.take(.settings([4: 8])) == ["settings", "writable 1"])
        #expect(peer.send(1, count: 19) == 14)
    }

    @Test("§6.9.2: a first window that opens a stream's beyond 2^31-1 is an error")
    func overflow() {
        let peer = HTTP2Conversation(settings: [4: 0])
        #expect(
            peer.answers(.headers(1), .windowUpdate(1, 0x7FFF_FFFF), .settings([4: 1]))
                == ["GOAWAY 1 FLOW_CONTROL_ERROR"]
        )
    }

    @Test("a window smaller than the default holds when the peer knows of it")
    func smallWindow() {
        var limits = HTTP2Limits()
        limits.streamWindowSize = 10
        let peer = HTTP2Conversation(limits: limits, isOpen: false)
        peer.machine.start()
        peer.machine.receive(ByteBuffer(bytes: HTTP2Preface.bytes))
        #expect(
            peer.take(.settings(), .headers(1), .data(1, count: 15)).last
                == "data 1 ddddddddddddddd"
        )
        // The stream has 5 bytes less than nothing.
        #expect(peer.take(.settingsAck) == ["settings acknowledged"])
        #expect(peer.take(.data(1, count: 1)) == ["error 1 FLOW_CONTROL_ERROR"])
        peer.take(.headers(3))
        #expect(peer.take(.data(3, count: 10)) == ["data 3 dddddddddd"])
        #expect(peer.take(.data(3, count: 1)) == ["error 3 FLOW_CONTROL_ERROR"])
    }
}
