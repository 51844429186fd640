import MartletHTTP
import NIOCore
import Testing

@Suite("ResponseParser")
struct ResponseParserTests {
    /// Responses, the method that they answer, and what they come to.
    private static let valid: [(text: String, method: String, events: [String])] = [
        (
            "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi", "GET",
            ["200 OK length(2) keeps=true\nContent-Length: 2", "content hi", "end -"]
        ),
        (
            "HTTP/1.1 200 \r\nContent-Length: 2\r\n\r\n", "HEAD",
            ["200  none keeps=true\nContent-Length: 2"]
        ),
        ("HTTP/1.1 204 No Content\r\n\r\n", "GET", ["204 No Content none keeps=true\n"]),
        (
            "HTTP/1.1 304 Not Modified\r\nContent-Length: 9\r\n\r\n", "GET",
            ["304 Not Modified none keeps=true\nContent-Length: 9"]
        ),
        (
            "HTTP/1.1 299 All right\r\nConnection: close\r\n\r\nabc", "GET",
            ["299 All right untilClose keeps=false\nConnection: close", "content abc", "end -"]
        ),
        (
            "HTTP/1.0 200 OK\r\nContent-Length: 1\r\n\r\nx", "GET",
            ["200 OK length(1) keeps=false\nContent-Length: 1", "content x", "end -"]
        ),
        (
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhi\r\n0\r\nT: u\r\n\r\n",
            "GET",
            ["200 OK chunked keeps=true\nTransfer-Encoding: chunked", "content hi", "end T: u"]
        ),
        (
            "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: a\r\n\r\n"
                + "HTTP/1.1 201 Created\r\nContent-Length: 0\r\n\r\n", "POST",
            ["201 Created none keeps=true\nContent-Length: 0"]
        ),
        (
            "HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\n\r\n", "GET",
            ["101 Switching Protocols none keeps=false\nUpgrade: x"]
        ),
        ("HTTP/1.1 200 OK\r\n\r\n", "CONNECT", ["200 OK none keeps=true\n"]),
    ]

    @Test("a valid response is read alike however it is split", arguments: valid.indices)
    func validResponses(_ index: Int) {
        let (text, method, events) = Self.valid[index]
        let bytes = Array(text.utf8)
        let whole = ParserTrace.responses([bytes], to: method, closes: true)
        #expect(whole.refusal == nil)
        #expect(whole.events == events)
        for pieces in bytes.splits {
            #expect(ParserTrace.responses(pieces, to: method, closes: true) == whole)
        }
    }

    private static let malformed = [
        "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\nabc",
        "HTTP/1.1 200 OK\r\nContent-Length: +2\r\n\r\nab",
        "HTTP/1.1 200 OK\r\nContent-Length: 2, 2\r\n\r\nab",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked, chunked\r\n\r\n0\r\n\r\n",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: identity\r\n\r\n",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n10000000000000001\r\nx",
        "\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nab",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\n\r\n",
        "HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nx\r\n",
        "HTTP/1.1 200 OK\r\nA : b\r\n\r\n",
        "HTTP/1.1 200 OK\r\nA: b\r\n c\r\n\r\n",
        "HTTP/1.1 200 OK\nA: b\r\n\r\n",
        "HTTP/1.1 200 O\u{0}K\r\n\r\n",
        "HTTP/1.1  200 OK\r\n\r\n",
        "HTTP/1.1 20 OK\r\n\r\n",
        "HTTP/1.1 2000 OK\r\n\r\n",
        "HTTP/1.1 099 OK\r\n\r\n",
        "HTTP/2.0 200 OK\r\n\r\n",
        "http/1.1 200 OK\r\n\r\n",
        "ICY 200 OK\r\n\r\n",
    ]

    @Test("a malformed response is refused for good, however it is split", arguments: malformed)
    func malformedResponses(_ text: String) {
        let bytes = Array(text.utf8)
        let next = Array("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n".utf8)
        let whole = ParserTrace.responses([bytes, next])
        #expect(whole.refusal == 400)
        #expect(whole.events.last?.hasPrefix("refused") == true)
        for pieces in bytes.splits {
            #expect(ParserTrace.responses(pieces + [next]) == whole)
        }
    }

    @Test("any number of informational responses is left out")
    func manyInformational() {
        let text =
            String(repeating: "HTTP/1.1 100 Continue\r\n\r\n", count: 50_000)
            + "HTTP/1.1 204 No Content\r\n\r\n"
        #expect(ParserTrace.responses([Array(text.utf8)]).events.count == 1)
    }

    @Test("a response that is cut off does not end")
    func cutOff() {
        for text in [
            "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nabc",
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n",
            "HTTP/1.1 200 OK\r\nContent-Le",
        ] {
            let trace = ParserTrace.responses([Array(text.utf8)], closes: true)
            #expect(!trace.events.contains { $0.hasPrefix("end") })
        }
    }
}
