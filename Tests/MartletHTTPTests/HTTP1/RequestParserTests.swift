import MartletHTTP
import NIOCore
import Testing

@Suite("RequestParser")
struct RequestParserTests {
    /// Requests and what they come to.
    private static let valid: [(text: String, events: [String])] = [
        (
            "GET /a?b=1 HTTP/1.1\r\nHost: h\r\n\r\n",
            ["GET /a?b=1 - h 1.1 none keeps=true continue=false upgrade=false\nHost: h"]
        ),
        (
            "\r\nGET / HTTP/1.1\r\nhOSt:\th:80 \r\nX:\r\n\r\n",
            ["GET / - h:80 1.1 none keeps=true continue=false upgrade=false\nhOSt: h:80\nX: "]
        ),
        (
            "GET / HTTP/1.0\r\n\r\n",
            ["GET / -  1.0 none keeps=false continue=false upgrade=false\n"]
        ),
        (
            "GET / HTTP/1.0\r\nConnection: Keep-Alive\r\n\r\n",
            [
                """
                GET / -  1.0 none keeps=true continue=false upgrade=false
                Connection: Keep-Alive
                """
            ]
        ),
        (
            "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\nConnection: x, close\r\n\r\nhello",
            [
                """
                POST / - h 1.1 length(5) keeps=false continue=false upgrade=false
                Host: h
                Content-Length: 5
                Connection: x, close
                """, "content hello", "end -",
            ]
        ),
        (
            "PUT / HTTP/1.1\r\nHost:\r\nTransfer-Encoding: Chunked\r\n\r\n"
                + "3;a;b=c; d = \"e\\\"f\"\r\nabc\r\n00A\r\n0123456789\r\n0\r\nT: 1\r\n\r\n",
            [
                """
                PUT / -  1.1 chunked keeps=true continue=false upgrade=false
                Host: \nTransfer-Encoding: Chunked
                """, "content abc0123456789", "end T: 1",
            ]
        ),
        (
            "PUT / HTTP/1.1\r\nHost: h\r\nContent-Length: 1\r\nExpect: 100-Continue\r\n\r\nx",
            [
                """
                PUT / - h 1.1 length(1) keeps=true continue=true upgrade=false
                Host: h
                Content-Length: 1
                Expect: 100-Continue
                """, "content x", "end -",
            ]
        ),
        (
            "GET / HTTP/1.1\r\nHost: h\r\nUpgrade: x\r\nConnection: Upgrade\r\n\r\n",
            [
                """
                GET / - h 1.1 none keeps=true continue=false upgrade=true
                Host: h
                Upgrade: x
                Connection: Upgrade
                """
            ]
        ),
        (
            "GET / HTTP/1.0\r\nUpgrade: x\r\nConnection: Upgrade\r\n\r\n",
            [
                """
                GET / -  1.0 none keeps=false continue=false upgrade=false
                Upgrade: x
                Connection: Upgrade
                """
            ]
        ),
        (
            "GET http://a.b:81/c?d HTTP/1.1\r\nHost: other\r\n\r\n",
            [
                """
                GET /c?d http a.b:81 1.1 none keeps=true continue=false upgrade=false
                Host: other
                """
            ]
        ),
        (
            "GET https://[::1]?q HTTP/1.1\r\nHost: [::1]\r\n\r\n",
            [
                """
                GET /?q https [::1] 1.1 none keeps=true continue=false upgrade=false
                Host: [::1]
                """
            ]
        ),
        (
            "OPTIONS http://a.b HTTP/1.1\r\nHost: a.b\r\n\r\n"
                + "OPTIONS http://a.b/ HTTP/1.1\r\nHost: a.b\r\n\r\n"
                + "OPTIONS http://a.b?q HTTP/1.1\r\nHost: a.b\r\n\r\n"
                + "GET http://a.b HTTP/1.1\r\nHost: a.b\r\n\r\n",
            ["OPTIONS *", "OPTIONS /", "OPTIONS /?q", "GET /"].map {
                "\($0) http a.b 1.1 none keeps=true continue=false upgrade=false\nHost: a.b"
            }
        ),
        (
            "CONNECT a.b:443 HTTP/1.1\r\nHost: a.b\r\n\r\n",
            [
                """
                CONNECT a.b:443 - a.b:443 1.1 none keeps=true continue=false upgrade=false
                Host: a.b
                """
            ]
        ),
        (
            "OPTIONS * HTTP/1.1\r\nHost: h\r\n\r\nM-SEARCH! / HTTP/1.1\r\nHost: h\r\n\r\n",
            [
                "OPTIONS * - h 1.1 none keeps=true continue=false upgrade=false\nHost: h",
                "M-SEARCH! / - h 1.1 none keeps=true continue=false upgrade=false\nHost: h",
            ]
        ),
        (
            "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 0\r\n\r\nGET /2 HTTP/1.1\r\nHost: i\r\n\r\n",
            [
                """
                POST / - h 1.1 none keeps=true continue=false upgrade=false
                Host: h
                Content-Length: 0
                """, "GET /2 - i 1.1 none keeps=true continue=false upgrade=false\nHost: i",
            ]
        ),
    ]

    @Test("a valid request is read alike however it is split", arguments: valid.indices)
    func validRequests(_ index: Int) {
        let (text, events) = Self.valid[index]
        let bytes = Array(text.utf8)
        let whole = ParserTrace.requests([bytes])
        #expect(whole.refusal == nil)
        #expect(whole.events == events)
        for pieces in bytes.splits {
            #expect(ParserTrace.requests(pieces).events == whole.events)
        }
    }

    @Test(
        "every host that RFC 3986 knows is accepted",
        arguments: [
            "a", "a:", "a:0", "a:65535", "1.2.3.4:80", "[::1]", "[::1]:8080", "[2001:DB8::1.2.3.4]",
            "[v1.a:b]", "[vFF.x]:1", "a%41b", "xn--e1afmkfd.example", "a_b!$&'()*+,;=~", "",
        ]
    )
    func hosts(_ host: String) {
        let trace = ParserTrace.requests([Array("GET / HTTP/1.1\r\nHost: \(host)\r\n\r\n".utf8)])
        #expect(trace.refusal == nil)
        #expect(trace.events.first?.hasPrefix("GET / - \(host) 1.1 ") == true)
    }

    @Test(
        "whether a connection stays is as RFC 9112 §9.3 says",
        arguments: [
            (0, "", false), (0, "keep-alive", true), (0, "close", false),
            (0, "keep-alive, close", false), (0, "Close , Keep-Alive", false),
            (0, "x,keep-alive", true), (0, "keep-alivex", false), (1, "", true),
            (1, "close", false), (1, "close, keep-alive", false), (1, "keep-alive, close", false),
            (1, ",close,", false), (1, "closed", true), (1, "keep-alive", true),
        ]
    )
    func persistence(_ version: Int, _ options: String, _ stays: Bool) {
        let line = options.isEmpty ? "" : "Connection: \(options)\r\n"
        let text = "GET / HTTP/1.\(version)\r\nHost: h\r\n\(line)\r\n"
        let trace = ParserTrace.requests([Array(text.utf8)])
        #expect(trace.events.first?.contains("keeps=\(stays)") == true)
    }

    @Test("options of several Connection fields add up")
    func severalConnectionFields() {
        let text =
            "GET / HTTP/1.1\r\nHost: h\r\nConnection: close\r\nConnection: keep-alive\r\n\r\n"
        let trace = ParserTrace.requests([Array(text.utf8)])
        #expect(trace.events.first?.contains("keeps=false") == true)
    }

    @Test("a connection that always has half a request in hand keeps only that")
    func bufferStaysSmall() {
        var parser = RequestParser(limits: SharedLimits(HTTPLimits()))
        let request = Array("GET /some/longer/path HTTP/1.1\r\nHost: example\r\n\r\n".utf8)
        parser.feed(ByteBuffer(bytes: request.prefix(20)))
        var largest = 0
        for _ in 0..<2000 {
            parser.feed(ByteBuffer(bytes: request.dropFirst(20) + request.prefix(20)))
            while case .head(let head) = parser.next() {
                largest = max(largest, head.headers.bytes.storageCapacity)
            }
        }
        #expect(parser.bufferedCount == 20)
        #expect(largest < 1024)
    }

    @Test("what follows an upgrade is given out as it is")
    func passThrough() {
        var parser = RequestParser(limits: SharedLimits(HTTPLimits()))
        parser.feed(ByteBuffer(string: "GET / HTTP/1.1\r\nHost: h\r\n\r\n\u{0}\r\nraw"))
        guard case .head = parser.next() else {
            Issue.record("The head is complete.")
            return
        }
        #expect(String(buffer: parser.passThrough()) == "\u{0}\r\nraw")
        parser.feed(ByteBuffer(string: "GET"))
        guard case .data(let bytes) = parser.next() else {
            Issue.record("What comes later is given out too.")
            return
        }
        #expect(String(buffer: bytes) == "GET")
    }
}
