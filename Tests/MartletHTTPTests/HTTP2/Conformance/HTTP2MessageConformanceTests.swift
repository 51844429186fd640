import MartletHTTP
import Testing

/// Requirements of RFC 9113 on messages, each with the frames of a peer that keeps or breaks it.
@Suite("HTTP/2 conformance: messages (RFC 9113 §8)")
struct HTTP2MessageConformanceTests {
    /// What a server answers to one request of its client on stream 1.
    private func answer(_ fields: [String], end: Bool = true) throws -> [String] {
        var answers: [String] = []
        try HTTP2Wire.run { (wire) throws in
            answers = try wire.say(.request(1, fields, end: end))
            // An error of one stream is not one of the others.
            #expect(try wire.say(.request(3)).first == "HEADERS 3 200")
        }
        return answers
    }

    /// The fields of a request without the one named `name`, and with others.
    private func fields(without name: String = "", _ more: [String] = []) -> [String] {
        HTTP2Wire.get.filter { !$0.hasPrefix("\(name):") || name.isEmpty } + more
    }

    private static let malformed = ["RST_STREAM 1 PROTOCOL_ERROR"]

    @Test("§8.1: a request is HEADERS, any DATA, and trailers")
    func framing() throws {
        try HTTP2Wire.run { (wire) throws in
            let answers = try wire.say(
                .request(1, HTTP2Wire.post, end: false),
                .data(1, "abc"),
                .data(1, "de"),
                .request(1, ["a: b"])
            )
            #expect(answers.prefix(2) == ["HEADERS 1 200", "DATA 1 POST 5 host=a end"])
        }
    }

    @Test("§8.1: a second header block that does not end the stream makes the request malformed")
    func trailersWithoutEnd() throws {
        try HTTP2Wire.run { (wire) throws in
            let answers = try wire.say(
                .request(1, HTTP2Wire.post, end: false),
                .data(1, "abc"),
                .request(1, ["a: b"], end: false)
            )
            #expect(answers == Self.malformed)
        }
    }

    @Test("§8.1: trailers with a pseudo-header field make the request malformed")
    func pseudoTrailers() throws {
        try HTTP2Wire.run { (wire) throws in
            let answers = try wire.say(
                .request(1, HTTP2Wire.post + ["content-length: 3"], end: false),
                .data(1, "abc"),
                .request(1, [":method: GET"])
            )
            #expect(answers == Self.malformed)
        }
    }

    @Test("§8.1: an answer before the request's end is followed by RST_STREAM with NO_ERROR")
    func early() throws {
        try HTTP2Wire.run { (wire) throws in
            let long = [":method: POST", ":scheme: http", ":path: /long", ":authority: a"]
            #expect(
                try wire.say(.request(1, long, end: false)) == ["HEADERS 1 200", "DATA 1 #100 end"]
            )
            #expect(try wire.pass(.seconds(2)).contains("RST_STREAM 1 NO_ERROR"))
            #expect(wire.isOpen)
        }
    }

    @Test("§8.1.1: content that is longer than its length makes the request malformed")
    func tooLong() throws {
        try HTTP2Wire.run { (wire) throws in
            let head = RawFrame.request(1, HTTP2Wire.post + ["content-length: 2"], end: false)
            #expect(try wire.say(head, .data(1, "abc", end: true)) == Self.malformed)
        }
    }

    @Test("§8.1.1: content that is shorter than its length makes the request malformed")
    func tooShort() throws {
        try HTTP2Wire.run { (wire) throws in
            let head = RawFrame.request(1, HTTP2Wire.post + ["content-length: 4"], end: false)
            #expect(try wire.say(head, .data(1, "abc", end: true)) == Self.malformed)
        }
        #expect(try answer(HTTP2Wire.post + ["content-length: 4"]) == Self.malformed)
    }

    @Test("§8.1.1: content of several DATA frames is as long as all of them")
    func several() throws {
        try HTTP2Wire.run { (wire) throws in
            let head = RawFrame.request(1, HTTP2Wire.post + ["content-length: 5"], end: false)
            let answers = try wire.say(head, .data(1, "abc"), .data(1, "de", end: true))
            #expect(answers.first == "HEADERS 1 200")
        }
    }

    @Test(
        "§8.2.1: a name with an upper-case letter, a control character or a blank is malformed",
        arguments: ["X-a: b", "a b: c", "a\u{1}: b", "a\u{7F}: b", "ä: b", "a\t: b"]
    )
    func names(_ line: String) throws {
        #expect(try answer(fields([line])) == Self.malformed)
    }

    @Test(
        "§8.2.1: a value with NUL, CR or LF, or a blank at an end, is malformed",
        arguments: ["a: b\0c", "a: b\rc", "a: b\nc", "a:  b", "a: b ", "a: \tb", "a: b\t"]
    )
    func values(_ line: String) throws {
        #expect(try answer(fields([line])) == Self.malformed)
    }

    @Test(
        "§8.2.2: a field that speaks of a connection makes the request malformed",
        arguments: [
            "connection: close", "keep-alive: 1", "proxy-connection: close",
            "transfer-encoding: chunked", "upgrade: h2c",
        ]
    )
    func connectionFields(_ line: String) throws {
        #expect(try answer(fields([line])) == Self.malformed)
    }

    @Test("§8.2.2: TE says nothing but trailers")
    func te() throws {
        #expect(try answer(fields(["te: trailers"])).first == "HEADERS 1 200")
        #expect(try answer(fields(["te: trailers, gzip"])) == Self.malformed)
    }

    @Test("§8.2.3: crumbs of a cookie are one Cookie to the handler")
    func cookies() throws {
        let crumbs = ["cookie: a=b", "cookie: c=d"]
        // GET 0 host=a&cookie=a=b; c=d
        #expect(try answer(fields(crumbs)).last == "DATA 1 #28 end")
    }

    @Test("§8.3: pseudo-header fields come before all others")
    func order() throws {
        let late = [":method: GET", ":scheme: http", ":authority: a", "a: b", ":path: /"]
        #expect(try answer(late) == Self.malformed)
    }

    @Test("§8.3: a pseudo-header field that is not defined is malformed")
    func undefined() throws {
        #expect(try answer([":test: a"] + HTTP2Wire.get) == Self.malformed)
    }

    @Test("§8.3: a pseudo-header field of responses is malformed in a request")
    func status() throws {
        #expect(try answer([":status: 200"] + HTTP2Wire.get) == Self.malformed)
    }

    @Test(
        "§8.3.1: a request without one of its pseudo-header fields is malformed",
        arguments: [":method", ":scheme", ":path"]
    )
    func missing(_ name: String) throws {
        #expect(try answer(fields(without: name)) == Self.malformed)
    }

    @Test(
        "§8.3.1: a pseudo-header field that comes twice is malformed",
        arguments: [":method: GET", ":scheme: http", ":path: /", ":authority: a"]
    )
    func twice(_ line: String) throws {
        #expect(try answer([line] + HTTP2Wire.get) == Self.malformed)
    }

    @Test("§8.3.1: an empty path is malformed, and '*' is for OPTIONS alone")
    func path() throws {
        let base = [":method: GET", ":scheme: http", ":authority: a"]
        #expect(try answer(base + [":path: "]) == Self.malformed)
        #expect(try answer(base + [":path: *"]) == Self.malformed)
        let options = [":method: OPTIONS", ":scheme: http", ":authority: a", ":path: *"]
        #expect(try answer(options).first == "HEADERS 1 200")
    }

    @Test("§8.3.1: a Host that differs from :authority is malformed, and the same is not")
    func host() throws {
        #expect(try answer(fields(["host: b"])) == Self.malformed)
        #expect(try answer(fields(["host: a"])).first == "HEADERS 1 200")
        #expect(try answer(fields(without: ":authority", ["host: a"])).first == "HEADERS 1 200")
    }

    @Test("§8.3.1: an authority with user information is malformed")
    func userInformation() throws {
        let lines = [":method: GET", ":scheme: http", ":path: /", ":authority: me@a"]
        #expect(try answer(lines) == Self.malformed)
    }

    @Test("§8.5: CONNECT has an authority with a port, and neither scheme nor path")
    func connect() throws {
        let bare = [":method: CONNECT", ":authority: a:1"]
        #expect(try answer(bare, end: false).first == "HEADERS 1 501")
        #expect(try answer(bare + [":scheme: http"]) == Self.malformed)
        #expect(try answer(bare + [":path: /"]) == Self.malformed)
        #expect(try answer([":method: CONNECT"]) == Self.malformed)
        #expect(try answer([":method: CONNECT", ":authority: a"]) == Self.malformed)
    }

    @Test("§4 of RFC 8441: an extended CONNECT has a scheme, a path and an authority")
    func extendedConnect() throws {
        let whole = [
            ":method: CONNECT", ":scheme: http", ":path: /", ":authority: a",
            ":protocol: websocket",
        ]
        #expect(try answer(whole, end: false).first == "HEADERS 1 501")
        for index in 1...3 {
            var lines = whole
            lines.remove(at: index)
            #expect(try answer(lines, end: false) == Self.malformed)
        }
        #expect(try answer([":protocol: websocket"] + HTTP2Wire.get) == Self.malformed)
    }

    @Test("§8.7: a refused stream, and no other, may be sent again")
    func refused() throws {
        var limits = HTTP2Limits()
        limits.concurrentStreams = 1
        try HTTP2Wire.run(limits: limits) { (wire) throws in
            let wait = [":method: GET", ":scheme: http", ":path: /wait", ":authority: a"]
            let answers = try wire.say(.request(1, wait), .request(3), .request(5))
            #expect(answers == ["RST_STREAM 3 REFUSED_STREAM", "RST_STREAM 5 REFUSED_STREAM"])
            #expect(try wire.say(.reset(1), .request(7)).first == "HEADERS 7 200")
        }
    }
}
