import MartletHTTP
import NIOCore
import Testing

/// Requirements of RFC 9113 on connections, streams and frames, to a server as it listens.
@Suite("HTTP/2 conformance: connections, streams and frames (RFC 9113 §3 to §7)")
struct HTTP2ConnectionConformanceTests {
    /// The code that frames behind the prefaces end the connection with.
    private func failure(_ frames: RawFrame...) throws -> String? {
        var code: String?
        try HTTP2Wire.run { code = try $0.failure(bytes: frames.flatMap(\.bytes)) }
        return code
    }

    private static let waiting = [
        ":method: POST", ":scheme: http", ":path: /wait", ":authority: a",
    ]
    private static let long = [":method: GET", ":scheme: http", ":path: /long", ":authority: a"]

    @Test("§3.4: the server's first frame is SETTINGS, before it has read the client's")
    func serverPreface() throws {
        try HTTP2Wire.run(isOpen: false) { (wire) throws in
            let answers = try wire.say(bytes: HTTP2Preface.bytes)
            #expect(answers.first?.hasPrefix("SETTINGS ") == true)
        }
    }

    @Test("§3.4: a preface that is followed by another frame ends with PROTOCOL_ERROR")
    func firstFrame() throws {
        try HTTP2Wire.run(isOpen: false) { (wire) throws in
            try wire.say(bytes: HTTP2Preface.bytes)
            #expect(try wire.failure(.ping(1)) == "PROTOCOL_ERROR")
        }
    }

    @Test("§3.4: frames may follow the client's SETTINGS without waiting for the server's")
    func eager() throws {
        try HTTP2Wire.run(isOpen: false) { (wire) throws in
            let bytes = HTTP2Preface.bytes + RawFrame.settings().bytes + RawFrame.request(1).bytes
            #expect(try wire.say(bytes: bytes).contains("HEADERS 1 200"))
        }
    }

    @Test("§4.1: a frame of a type that nobody knows is ignored")
    func unknownType() throws {
        try HTTP2Wire.run { (wire) throws in
            let unknown = RawFrame(type: 0xEE, flags: .init(rawValue: 255), stream: 7)
            #expect(try wire.say(unknown, .ping(1)) == ["PING ack 1"])
        }
    }

    @Test("§4.1: undefined flags and the reserved bit are ignored")
    func undefinedFlags() throws {
        try HTTP2Wire.run { (wire) throws in
            var ping = RawFrame.ping(1)
            ping.flags = .init(rawValue: 0xFE)
            ping.stream = 0x8000_0000
            #expect(try wire.say(ping) == ["PING ack 1"])
        }
    }

    @Test("§4.2: a frame of 2^14 bytes is taken, and a longer one ends with FRAME_SIZE_ERROR")
    func frameSize() throws {
        try HTTP2Wire.run { (wire) throws in
            try wire.say(.request(1, Self.waiting, end: false))
            #expect(try wire.say(.data(1, count: 16384), .ping(1)).contains("PING ack 1"))
            #expect(try wire.failure(.data(1, count: 16385)) == "FRAME_SIZE_ERROR")
        }
    }

    @Test("§4.3: a header block that cannot be decoded ends with COMPRESSION_ERROR")
    func compression() throws {
        #expect(try failure(.block(1, hex: "ffff")) == "COMPRESSION_ERROR")
    }

    @Test("§4.3: a header block of a stream that is refused is decoded all the same")
    func refusedBlock() throws {
        var limits = HTTP2Limits()
        limits.concurrentStreams = 1
        try HTTP2Wire.run(limits: limits) { (wire) throws in
            try wire.say(.request(1, Self.waiting, end: false))
            // Puts x: 1 into the table.
            let refused = RawFrame.block(3, hex: "82868401026162" + "400178" + "0131")
            #expect(try wire.say(refused) == ["RST_STREAM 3 REFUSED_STREAM"])
            try wire.say(.reset(1))
            #expect(try wire.say(.block(5, hex: "828684be")).first == "HEADERS 5 200")
        }
    }

    @Test(
        "§4.3: nothing comes between the frames of a header block",
        arguments: [
            RawFrame.ping(1), .settings(), .data(1, "x"), .request(3), .windowUpdate(0, 1),
            .priority(1), .reset(1), .goAway(0), RawFrame(type: 0xEE),
            .continuation(3, "", end: true),
        ]
    )
    func interleaved(_ frame: RawFrame) throws {
        let begun = RawFrame.headers(1, "", endHeaders: false)
        #expect(try failure(begun, frame) == "PROTOCOL_ERROR")
    }

    @Test(
        "§5.1: on an idle stream anything but HEADERS and PRIORITY ends with PROTOCOL_ERROR",
        arguments: [RawFrame.data(1, "x"), .reset(1), .windowUpdate(1, 1)]
    )
    func idle(_ frame: RawFrame) throws {
        #expect(try failure(frame) == "PROTOCOL_ERROR")
    }

    @Test("§5.1: DATA and HEADERS behind END_STREAM are errors of type STREAM_CLOSED")
    func halfClosed() throws {
        for frame in [RawFrame.data(1, "x"), .request(1)] {
            try HTTP2Wire.run { (wire) throws in
                try wire.say(.request(1, Self.waiting))
                #expect(try wire.say(frame) == ["RST_STREAM 1 STREAM_CLOSED"])
                #expect(try wire.say(.request(3)).first == "HEADERS 3 200")
            }
        }
    }

    @Test("§5.1: DATA and HEADERS for a stream that both ends have ended end the connection")
    func closed() throws {
        #expect(try failure(.request(1), .data(1, "x")) == "STREAM_CLOSED")
        #expect(try failure(.request(1), .request(1)) == "STREAM_CLOSED")
    }

    @Test("§5.1: WINDOW_UPDATE, PRIORITY and RST_STREAM for a closed stream are ignored")
    func late() throws {
        try HTTP2Wire.run { (wire) throws in
            try wire.say(.request(1))
            #expect(try wire.say(.windowUpdate(1, 1), .priority(1), .reset(1)).isEmpty)
            #expect(wire.isOpen)
        }
    }

    @Test("§5.1.1: a stream's number that is even ends the connection with PROTOCOL_ERROR")
    func even() throws {
        #expect(try failure(.request(2)) == "PROTOCOL_ERROR")
    }

    @Test(
        """
        §5.1.1: a stream's number that is lower than one before ends the connection with \
        PROTOCOL_ERROR
        """
    )
    func lower() throws {
        #expect(try failure(.request(5), .request(3)) == "PROTOCOL_ERROR")
    }

    @Test("§5.1.2: streams beyond SETTINGS_MAX_CONCURRENT_STREAMS are refused")
    func concurrent() throws {
        try HTTP2Wire.run { (wire) throws in
            for index in 0..<100 {
                try wire.say(.request(UInt32(index * 2 + 1), Self.waiting))
            }
            #expect(try wire.say(.request(201)) == ["RST_STREAM 201 REFUSED_STREAM"])
        }
    }

    @Test("§5.2: no more content is sent than the windows allow")
    func windows() throws {
        try HTTP2Wire.run(settings: [4: 1]) { (wire) throws in
            let answers = try wire.say(.request(1, Self.long))
            #expect(answers == ["HEADERS 1 200", "DATA 1 x"])
            #expect(try wire.say(.windowUpdate(1, 2)) == ["DATA 1 xx"])
            // A window may be less than nothing: 1 is taken back of one that has 0.
            #expect(try wire.say(.settings([4: 0])) == ["SETTINGS ack"])
            #expect(try wire.say(.windowUpdate(1, 1)).isEmpty)
            #expect(try wire.say(.windowUpdate(1, 1)) == ["DATA 1 x"])
        }
    }

    @Test("§5.2.2: a stream's window that stays closed does not hold the others up")
    func blocked() throws {
        try HTTP2Wire.run(settings: [4: 0]) { (wire) throws in
            #expect(try wire.say(.request(1, Self.long)) == ["HEADERS 1 200"])
            let answers = try wire.say(.request(3, Self.long), .windowUpdate(3, 200))
            #expect(answers == ["HEADERS 3 200", "DATA 3 #100 end"])
        }
    }

    @Test("§5.3: priorities are read and change nothing")
    func priorities() throws {
        try HTTP2Wire.run { (wire) throws in
            #expect(try wire.say(.priority(1, on: 7), .priority(9)).isEmpty)
            #expect(try wire.say(.request(1)).first == "HEADERS 1 200")
        }
    }

    @Test("§5.4.1: after GOAWAY with an error the server closes, and reads no more")
    func afterFailure() throws {
        try HTTP2Wire.run { (wire) throws in
            #expect(try wire.say(.data(0, "x")) == ["GOAWAY 0 PROTOCOL_ERROR"])
            #expect(try wire.say(.ping(1)).isEmpty)
            _ = try wire.pass(.seconds(3))
            #expect(!wire.isOpen)
        }
    }

    @Test("§5.4.2: RST_STREAM is not answered with RST_STREAM")
    func resetLoop() throws {
        try HTTP2Wire.run { (wire) throws in
            #expect(try wire.say(.request(1, Self.waiting), .reset(1), .reset(1)).isEmpty)
        }
    }

    @Test("§6.1: DATA on stream 0 ends with PROTOCOL_ERROR")
    func dataOnConnection() throws {
        #expect(try failure(.data(0, "x")) == "PROTOCOL_ERROR")
    }

    @Test("§6.1: padding that is as long as the payload or longer ends with PROTOCOL_ERROR")
    func padding() throws {
        var frame = RawFrame.data(1, "ab", padding: 1)
        frame.payload[0] = 4
        #expect(try failure(.request(1, Self.waiting, end: false), frame) == "PROTOCOL_ERROR")
    }

    @Test("§6.2: HEADERS on stream 0 ends with PROTOCOL_ERROR")
    func headersOnConnection() throws {
        #expect(try failure(.request(0)) == "PROTOCOL_ERROR")
    }

    @Test("§6.2: a request without END_HEADERS is answered when its CONTINUATION has come")
    func continuation() throws {
        try HTTP2Wire.run { (wire) throws in
            let whole = RawFrame.request(1)
            for cut in 0..<whole.payload.count {
                let stream = UInt32(cut * 2 + 1)
                var head = whole
                head.stream = stream
                head.flags = .endStream
                head.payload = Array(whole.payload[..<cut])
                let rest = RawFrame(
                    type: 9,
                    flags: .endHeaders,
                    stream: stream,
                    payload: Array(whole.payload[cut...])
                )
                #expect(try wire.say(head).isEmpty)
                #expect(try wire.say(rest).first == "HEADERS \(stream) 200")
            }
        }
    }

    @Test("§6.3: PRIORITY on stream 0 ends with PROTOCOL_ERROR")
    func priorityOnConnection() throws {
        #expect(try failure(.priority(0, on: 1)) == "PROTOCOL_ERROR")
    }

    @Test("§6.4: RST_STREAM ends a request, whose handler is cancelled and says nothing")
    func reset() throws {
        try HTTP2Wire.run { (wire) throws in
            #expect(try wire.say(.request(1, Self.waiting), .reset(1)).isEmpty)
            #expect(try wire.pass(.seconds(5)).isEmpty)
            #expect(wire.isOpen)
        }
    }

    @Test("§6.4: RST_STREAM on stream 0 ends with PROTOCOL_ERROR")
    func resetOnConnection() throws {
        #expect(try failure(.reset(0)) == "PROTOCOL_ERROR")
    }

    @Test("§6.5: SETTINGS are acknowledged, in their order")
    func settings() throws {
        try HTTP2Wire.run { (wire) throws in
            let answers = try wire.say(.settings([3: 5]), .ping(1), .settings())
            #expect(answers == ["SETTINGS ack", "PING ack 1", "SETTINGS ack"])
        }
    }

    @Test(
        "§6.5.2: a setting with a value that it cannot have ends the connection",
        arguments: [
            (2, 2, "PROTOCOL_ERROR"), (4, 0x8000_0000, "FLOW_CONTROL_ERROR"),
            (5, 16383, "PROTOCOL_ERROR"), (5, 16_777_216, "PROTOCOL_ERROR"),
            (8, 2, "PROTOCOL_ERROR"),
        ] as [(UInt16, UInt32, String)]
    )
    func settingValues(_ identifier: UInt16, _ value: UInt32, _ code: String) throws {
        #expect(try failure(.settings([identifier: value])) == code)
    }

    @Test("§6.5.2: a setting that nobody knows is ignored")
    func unknownSetting() throws {
        try HTTP2Wire.run { (wire) throws in
            #expect(try wire.say(.settings([0xFFFF: 1])) == ["SETTINGS ack"])
        }
    }

    @Test("§6.5.2: SETTINGS_HEADER_TABLE_SIZE of 0 empties the server's table")
    func tableSize() throws {
        try HTTP2Wire.run { (wire) throws in
            try wire.say(.request(1))
            #expect(try wire.say(.settings([1: 0])) == ["SETTINGS ack"])
            // Decoded here with a table that the size update has emptied.
            for stream in [3, 5] as [UInt32] {
                #expect(try wire.say(.request(stream)).first == "HEADERS \(stream) 200")
            }
        }
    }

    @Test("§6.5.3: settings that are not acknowledged end with SETTINGS_TIMEOUT")
    func unacknowledged() throws {
        try HTTP2Wire.run(isOpen: false) { (wire) throws in
            let bytes = HTTP2Preface.bytes + RawFrame.settings().bytes
            try wire.say(bytes: bytes + RawFrame.request(1, Self.waiting).bytes)
            var answers: [String] = []
            for _ in 0..<12 { answers += try wire.pass(.seconds(1)) }
            #expect(answers == ["GOAWAY 1 SETTINGS_TIMEOUT"])
        }
    }

    @Test("§6.6: PUSH_PROMISE of a client ends with PROTOCOL_ERROR")
    func push() throws {
        let frame = RawFrame(type: 5, flags: .endHeaders, stream: 1, payload: [0, 0, 0, 2])
        #expect(try failure(.request(1, Self.waiting, end: false), frame) == "PROTOCOL_ERROR")
    }

    @Test("§6.7: a PING is answered with its bytes, before anything that comes later")
    func ping() throws {
        try HTTP2Wire.run { (wire) throws in
            #expect(try wire.say(.ping(7), .settings()) == ["PING ack 7", "SETTINGS ack"])
            #expect(try wire.say(.ping(9, ack: true)).isEmpty)
        }
    }

    @Test("§6.7: a PING on a stream, or of another length than 8, ends the connection")
    func wrongPing() throws {
        var frame = RawFrame.ping(1)
        frame.stream = 1
        #expect(try failure(frame) == "PROTOCOL_ERROR")
        frame.stream = 0
        frame.payload.removeLast()
        #expect(try failure(frame) == "FRAME_SIZE_ERROR")
    }

    @Test("§6.8: a client that ends has the requests answered that it has sent")
    func goAway() throws {
        try HTTP2Wire.run { (wire) throws in
            let answers = try wire.say(.request(1), .goAway(0))
            #expect(answers.prefix(2) == ["HEADERS 1 200", "DATA 1 GET 0 host=a end"])
        }
    }

    @Test("§6.9: WINDOW_UPDATE by 0 is an error of its stream, or of the connection")
    func zeroIncrement() throws {
        try HTTP2Wire.run { (wire) throws in
            try wire.say(.request(1, Self.waiting))
            #expect(try wire.say(.windowUpdate(1, 0)) == ["RST_STREAM 1 PROTOCOL_ERROR"])
            #expect(try wire.failure(.windowUpdate(0, 0)) == "PROTOCOL_ERROR")
        }
    }

    @Test("§6.9.1: a window beyond 2^31-1 is an error of its stream, or of the connection")
    func overflow() throws {
        try HTTP2Wire.run { (wire) throws in
            try wire.say(.request(1, Self.waiting))
            let stream = try wire.say(.windowUpdate(1, 0x7FFF_FFFF))
            #expect(stream == ["RST_STREAM 1 FLOW_CONTROL_ERROR"])
            #expect(try wire.failure(.windowUpdate(0, 0x7FFF_FFFF)) == "FLOW_CONTROL_ERROR")
        }
    }

    @Test("§6.9.2: SETTINGS that open a stream's window beyond 2^31-1 end the connection")
    func settingsOverflow() throws {
        #expect(
            try failure(
                .request(1, Self.waiting),
                .windowUpdate(1, 0x7FFF_0000),
                .settings([4: 0x7FFF_FFFF])
            ) == "FLOW_CONTROL_ERROR"
        )
    }

    @Test("§6.10: CONTINUATION without a header block that it goes on with ends the connection")
    func strayContinuation() throws {
        #expect(try failure(.continuation(1, "", end: true)) == "PROTOCOL_ERROR")
        #expect(try failure(.request(1), .continuation(1, "", end: true)) == "PROTOCOL_ERROR")
        #expect(try failure(.continuation(0, "", end: true)) == "PROTOCOL_ERROR")
    }

    @Test("§7: an error code that nobody knows resets a stream like any other")
    func unknownCode() throws {
        try HTTP2Wire.run { (wire) throws in
            let reset = RawFrame.reset(1, HTTP2ErrorCode(rawValue: 0xFFFF))
            #expect(try wire.say(.request(1, Self.waiting), reset).isEmpty)
            #expect(try wire.say(.request(3)).first == "HEADERS 3 200")
        }
    }
}
