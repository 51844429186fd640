import HTTPTypes
import MartletHTTP
import NIOCore
import Testing

@Suite("Heads of HTTP/2 messages")
struct HTTP2HeadReaderTests {
    private static let get = [":method: GET", ":scheme: http", ":path: /", ":authority: h"]

    private func request(_ lines: [String]) throws -> HTTP2RequestHead {
        var reader = HTTP2HeadReader()
        var fields = try HPACKFieldBlock(lines)
        return try reader.readRequest(&fields)
    }

    private func refusal(_ lines: [String]) throws -> String? {
        do {
            _ = try request(lines)
            return nil
        } catch let error as HTTP2MessageError {
            return error.reason
        }
    }

    @Test("a request has its parts, its fields and its Host")
    func request() throws {
        let head = try request([
            ":authority: example.com:8080", ":path: /a?b=1", ":scheme: https", ":method: POST",
            "content-length: 5", "accept: */*", "te: trailers", "expect: 100-continue",
        ])
        #expect(head.method == .post)
        #expect(head.target == "/a?b=1")
        #expect(head.authority == "example.com:8080")
        #expect(head.scheme == "https")
        #expect(head.contentLength == 5)
        #expect(head.expectsContinue)
        #expect(!head.expectsOther)
        #expect(head.protocolName == nil)
        #expect(
            head.headers.map { "\($0.name): \($0.value)" } == [
                "host: example.com:8080", "content-length: 5", "accept: */*", "te: trailers",
                "expect: 100-continue",
            ]
        )
    }

    @Test("a request without an authority has the one of Host, or none")
    func authority() throws {
        let named = try request(Array(Self.get.dropLast()) + ["a: b", "host: h:1"])
        #expect(named.authority == "h:1")
        #expect(named.headers.count == 2)
        let bare = try request(Array(Self.get.dropLast()))
        #expect(bare.authority.isEmpty)
        #expect(bare.headers.isEmpty)
    }

    @Test(
        "Host may say what :authority says in other words",
        arguments: [
            ("http", "h", "H", true), ("http", "h", "h:80", true), ("https", "h:443", "h", true),
            ("https", "h:80", "h", false), ("http", "h", "i", false), ("http", "h:1", "h", false),
            ("http", "", "h", false),
        ]
    )
    func hostAndAuthority(_ scheme: String, _ own: String, _ host: String, _ isSame: Bool) throws {
        let lines = [
            ":method: GET", ":scheme: \(scheme)", ":path: /", ":authority: \(own)",
            "host: \(host)",
        ]
        #expect(
            try refusal(lines) == (isSame ? nil : "The Host field and :authority are not the same.")
        )
    }

    @Test("what is wrong ends a block's connection, and a message's stream")
    func errors() {
        let compression = HTTP2Error(HPACKError("a"))
        #expect(compression == .connection(.compressionError, "a"))
        let malformed = HTTP2Error(HTTP2MessageError("b"), on: HTTP2StreamID(rawValue: 3))
        #expect(malformed == .stream(HTTP2StreamID(rawValue: 3), .protocolError, "b"))
    }

    @Test("the parts of one request are not those of the next")
    func remembered() throws {
        var reader = HTTP2HeadReader()
        for _ in 0..<2 {
            for (target, authority) in [("/a", "h"), ("/b", "i"), ("/", "h"), ("/a", "i")] {
                var fields = try HPACKFieldBlock([
                    ":method: GET", ":scheme: http", ":path: \(target)",
                    ":authority: \(authority)",
                ])
                let head = try reader.readRequest(&fields)
                #expect(head.target == target)
                #expect(head.authority == authority)
            }
        }
        var wrong = try HPACKFieldBlock(Array(Self.get.dropLast()) + [":authority: h@"])
        #expect(throws: HTTP2MessageError.self) { try reader.readRequest(&wrong) }
    }

    @Test("crumbs of a cookie are joined, wherever they are")
    func cookies() throws {
        let head = try request(
            Self.get + ["cookie: a=b", "accept: x", "cookie: c=d", "cookie: e=f", "via: v"]
        )
        #expect(
            head.headers.map { "\($0.name): \($0.value)" }
                == ["host: h", "cookie: a=b; c=d; e=f", "accept: x", "via: v"]
        )
        let one = try request(Self.get + ["cookie: a=b; c=d"])
        #expect(one.headers[.cookie] == "a=b; c=d")
    }

    @Test("CONNECT connects to its authority, or speaks a protocol")
    func connect() throws {
        let tunnel = try request([":method: CONNECT", ":authority: h:443"])
        #expect(tunnel.method == .connect)
        #expect(tunnel.target == "h:443")
        let extended = try request([
            ":method: CONNECT", ":protocol: websocket", ":scheme: https", ":path: /chat",
            ":authority: h",
        ])
        #expect(extended.protocolName == "websocket")
        #expect(extended.target == "/chat")
        let asterisk = try request([
            ":method: OPTIONS", ":scheme: http", ":path: *", ":authority: h",
        ])
        #expect(asterisk.target == "*")
    }

    @Test("methods and schemes may be others than the common ones")
    func uncommon() throws {
        let head = try request([
            ":method: PROPFIND", ":scheme: Coap+Tcp", ":path: /", ":authority: h",
        ])
        #expect(head.method.rawValue == "PROPFIND")
        #expect(head.scheme == "coap+tcp")
        let other = try request(Self.get + ["expect: a miracle"])
        #expect(other.expectsOther)
    }

    @Test(
        "pseudo-header fields that are wrong make a request malformed",
        arguments: [
            ([":scheme: http", ":path: /"], "The request has no :method."),
            ([":method: GET", ":path: /"], "The request has no :scheme or no :path."),
            ([":method: GET", ":scheme: http"], "The request has no :scheme or no :path."),
            (get + [":path: /"], "A pseudo-header field comes twice."),
            (get + [":method: GET"], "A pseudo-header field comes twice."),
            (get + ["a: b", ":protocol: p"], "A pseudo-header field comes after another field."),
            (get + [":status: 200"], "There is a pseudo-header field that is not defined here."),
            (get + [":other: a"], "There is a pseudo-header field that is not defined here."),
            (get + [":protocol: p"], "Only CONNECT has a :protocol."),
            ([":method: G T", ":scheme: http", ":path: /"], "The :method is not a token."),
            ([":method: ", ":scheme: http", ":path: /"], "The :method is not a token."),
            ([":method: GET", ":scheme: 1http", ":path: /"], "The :scheme is not one."),
            ([":method: GET", ":scheme: ", ":path: /"], "The :scheme is not one."),
            ([":method: GET", ":scheme: http", ":path: "], "The :path is not a path."),
            ([":method: GET", ":scheme: http", ":path: a"], "The :path is not a path."),
            ([":method: GET", ":scheme: http", ":path: *"], "The :path is not a path."),
            ([":method: GET", ":scheme: http", ":path: /a b"], "The :path is not a path."),
            ([":method: GET", ":scheme: http", ":path: /a#b"], "The :path is not a path."),
            ([":method: GET", ":scheme: http", ":path: /\u{E9}"], "The :path is not a path."),
            (
                [":method: GET", ":scheme: http", ":path: /", ":authority: u@h"],
                "The authority is not a host."
            ),
            ([":method: CONNECT"], "CONNECT has no :authority."),
            ([":method: CONNECT", ":authority: h"], "The :authority of CONNECT is not host:port."),
            (
                [":method: CONNECT", ":authority: h:1", ":path: /"],
                "CONNECT has a :scheme or a :path, and no :protocol."
            ),
            (
                [":method: CONNECT", ":authority: h:1", ":protocol: p"],
                "The extended CONNECT has no :scheme, :path or :protocol."
            ),
            (
                [
                    ":method: CONNECT", ":authority: h:1", ":protocol: ", ":scheme: http",
                    ":path: /",
                ], "The extended CONNECT has no :scheme, :path or :protocol."
            ),
        ]
    )
    func malformedPseudo(_ lines: [String], _ reason: String) throws {
        #expect(try refusal(lines) == reason)
    }

    @Test(
        "fields that are wrong make a request malformed",
        arguments: [
            ("Accept: a", "A field name is empty or has a character that is not allowed in it."),
            (
                "accept-Encoding-of-x: a",
                "A field name is empty or has a character that is not allowed in it."
            ),
            ("a b: a", "A field name is empty or has a character that is not allowed in it."),
            (
                "\u{E9}: a",
                "A field name is empty or has a character that is not allowed in it."
            ),
            ("a: b\r\nc: d", "A field value has a character that is not allowed in it."),
            ("a: \u{0}", "A field value has a character that is not allowed in it."),
            ("a:  b", "A field value has a character that is not allowed in it."),
            ("a: b\t", "A field value has a character that is not allowed in it."),
            ("connection: close", "There is a field that only HTTP/1.1 connections have."),
            ("keep-alive: 1", "There is a field that only HTTP/1.1 connections have."),
            ("proxy-connection: close", "There is a field that only HTTP/1.1 connections have."),
            ("transfer-encoding: chunked", "There is a field that only HTTP/1.1 connections have."),
            ("upgrade: h2c", "There is a field that only HTTP/1.1 connections have."),
            ("te: gzip", "TE says something else than 'trailers'."),
            ("te: trailers, gzip", "TE says something else than 'trailers'."),
            ("content-length: -1", "The Content-Length is not a number of bytes."),
            ("content-length: 1234567890123456789", "The Content-Length is not a number of bytes."),
            ("content-length: ", "The Content-Length is not a number of bytes."),
        ]
    )
    func malformedField(_ line: String, _ reason: String) throws {
        #expect(try refusal(Self.get + [line]) == reason)
    }

    @Test("fields that must be alone make a request malformed when they are not")
    func repeatedFields() throws {
        #expect(
            try refusal(Self.get + ["host: h", "host: h"]) == "There are several Host fields."
        )
        #expect(
            try refusal(Self.get + ["content-length: 1", "content-length: 1"])
                == "There are several Content-Length fields."
        )
    }

    @Test("a name of which nothing is left is not a name")
    func emptyName() throws {
        var fields = try DecodingPeer().take(ByteBuffer(hex: "82868441016800000161"))
        var reader = HTTP2HeadReader()
        #expect(throws: HTTP2MessageError.self) { try reader.readRequest(&fields) }
    }

    // MARK: Responses and trailers

    @Test("a response has its status and its fields")
    func response() throws {
        var reader = HTTP2HeadReader()
        var fields = try HPACKFieldBlock([":status: 404", "content-length: 3", "set-cookie: a"])
        let head = try reader.readResponse(&fields)
        #expect(head.status.code == 404)
        #expect(head.contentLength == 3)
        #expect(head.headers.map(\.name) == ["content-length", "set-cookie"])
        var interim = try HPACKFieldBlock([":status: 103", "link: a"])
        #expect(try reader.readResponse(&interim).status.code == 103)
    }

    @Test(
        "a response with a wrong status is malformed",
        arguments: [
            [], ["a: b"], [":status: 20"], [":status: 2000"], [":status: 2x0"], [":status: 099"],
            [":status: 101"], [":status: 200", ":status: 200"], [":status: 200", ":path: /"],
            ["a: b", ":status: 200"], [":status: 200", "connection: close"],
        ]
    )
    func malformedResponse(_ lines: [String]) throws {
        var reader = HTTP2HeadReader()
        var fields = try HPACKFieldBlock(lines)
        #expect(throws: HTTP2MessageError.self) { try reader.readResponse(&fields) }
    }

    @Test("trailers have no pseudo-header fields")
    func trailers() throws {
        var reader = HTTP2HeadReader()
        var fields = try HPACKFieldBlock(["grpc-status: 0", "grpc-message: a"])
        #expect(try reader.readTrailers(&fields).map(\.value) == ["0", "a"])
        for line in [":status: 200", ":path: /", "connection: close", "A: b"] {
            var fields = try HPACKFieldBlock([line])
            #expect(throws: HTTP2MessageError.self) { try reader.readTrailers(&fields) }
        }
    }

    @Test("a change of a head's fields does not touch the next block")
    func values() throws {
        var decoder = HPACKDecoder()
        var fields = HPACKFieldBlock()
        var reader = HTTP2HeadReader()
        let block = EncodingPeer().encode(Self.get + ["a: 1"])
        try decoder.decode(block, into: &fields)
        var headers = try reader.readRequest(&fields).headers
        headers.append("2", for: .accept)
        try decoder.decode(EncodingPeer().encode(Self.get + ["b: 3", "c: 4"]), into: &fields)
        let second = try reader.readRequest(&fields).headers
        #expect(headers.map(\.value) == ["h", "1", "2"])
        #expect(second.map(\.value) == ["h", "3", "4"])
    }
}
