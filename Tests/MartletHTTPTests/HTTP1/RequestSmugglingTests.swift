import MartletHTTP
import NIOCore
import Testing

@Suite("RequestParser against smuggling")
struct RequestSmugglingTests {
    private static let start = "POST / HTTP/1.1\r\nHost: h\r\n"
    private static let chunked = start + "Transfer-Encoding: chunked\r\n\r\n"
    private static let smuggled = "GET /smuggled HTTP/1.1\r\nHost: h\r\n\r\n"

    /// Heads whose framing is in doubt.
    private static let framing = [
        start + "Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        start + "Transfer-Encoding: chunked\r\nContent-Length: 3\r\n\r\n0\r\n\r\n",
        start + "Content-Length: 3\r\nContent-Length: 4\r\n\r\nabcd",
        start + "Content-Length: 3\r\nContent-Length: 3\r\n\r\nabc",
        start + "Content-Length: 3, 3\r\n\r\nabc",
        start + "Content-Length: 3,\r\n\r\nabc",
        start + "Content-Length: 00000000000000000003\r\n\r\nabc",
        start + "Content-Length: +3\r\n\r\nabc",
        start + "Content-Length: -1\r\n\r\nabc",
        start + "Content-Length: 3 ,\r\n\r\nabc",
        start + "Content-Length: 3 4\r\n\r\nabc",
        start + "Content-Length: 0x3\r\n\r\nabc",
        start + "Content-Length: 3.0\r\n\r\nabc",
        start + "Content-Length: 1e1\r\n\r\nabc",
        start + "Content-Length: \u{0663}\r\n\r\nabc",
        start + "Content-Length:\r\n\r\n",
        start + "Content-Length: 9223372036854775808\r\n\r\n",
        start + "Content-Length: 0000000000000000003\r\n\r\nabc",
        start + "Content-Length : 3\r\n\r\nabc",
        start + " Content-Length: 3\r\n\r\nabc",
        start + "Content-Length\t: 3\r\n\r\nabc",
        start + "Content-Length\u{0}: 3\r\n\r\nabc",
        start + "Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n",
        start + "Transfer-Encoding: chunked, chunked\r\n\r\n0\r\n\r\n",
        start + "Transfer-Encoding: chunked,\r\n\r\n0\r\n\r\n",
        start + "Transfer-Encoding: identity, chunked\r\n\r\n0\r\n\r\n",
        start + "Transfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n",
        start + "Transfer-Encoding: identity\r\n\r\n",
        start + "Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n",
        start + "Transfer-Encoding: \"chunked\"\r\n\r\n0\r\n\r\n",
        start + "Transfer-Encoding: chunked;q=1\r\n\r\n0\r\n\r\n",
        start + "Transfer-Encoding: ,chunked\r\n\r\n0\r\n\r\n",
        start + "Transfer-Encoding:\r\n\r\n",
        start + "Transfer-Encoding: \u{0B}chunked\r\n\r\n0\r\n\r\n",
        start + "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        start + "Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n\r\n0\r\n\r\n",
        start + "Transfer-Encoding:\r\n chunked\r\n\r\n0\r\n\r\n",
        start + "Transfer-Encoding : chunked\r\n\r\n0\r\n\r\n",
        "POST / HTTP/1.0\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        "CONNECT h:1 HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\n\r\nabc",
        "CONNECT h:1 HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    ]

    /// Lines and characters that parsers read differently.
    private static let lines = [
        "GET / HTTP/1.1\nHost: h\n\n",
        "GET / HTTP/1.1\r\nHost: h\n\r\n",
        "GET / HTTP/1.1\r\nHost: h\r\n\n",
        "GET / HTTP/1.1\r\nHost: h\r\nA: b\rC: d\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: h\r\nA: b\r\r\n\r\n",
        "GET / HTTP/1.1\rHost: h\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: h\r\nA: b\r\n c\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: h\r\nA: b\r\n\tc\r\n\r\n",
        "GET / HTTP/1.1\r\n Host: h\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: h\r\nA : b\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: h\r\nA\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: h\r\n: b\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: h\r\nA b: c\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: h\r\nA(: c\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: h\r\né: c\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: h\r\nA: b\u{0}\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: h\r\nA: a long enough value \u{7F} here\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: h\r\nA: a long enough value \u{1B} here\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: h\r\nA: \u{8}\r\n\r\n",
        "\r\n\r\nGET / HTTP/1.1\r\nHost: h\r\n\r\n",
        "\nGET / HTTP/1.1\r\nHost: h\r\n\r\n",
        " GET / HTTP/1.1\r\nHost: h\r\n\r\n",
        "GET\t/ HTTP/1.1\r\nHost: h\r\n\r\n",
        "GET  / HTTP/1.1\r\nHost: h\r\n\r\n",
        "GET /  HTTP/1.1\r\nHost: h\r\n\r\n",
        "GET / HTTP/1.1 \r\nHost: h\r\n\r\n",
        "GET /\r\nHost: h\r\n\r\n",
        "GET\r\nHost: h\r\n\r\n",
        "G(T / HTTP/1.1\r\nHost: h\r\n\r\n",
        "G\u{0}T / HTTP/1.1\r\nHost: h\r\n\r\n",
        "GET / http/1.1\r\nHost: h\r\n\r\n",
        "GET / HTTP/1,1\r\nHost: h\r\n\r\n",
        "GET / HTTP/11\r\nHost: h\r\n\r\n",
        "GET / HTTP/1.1x\r\nHost: h\r\n\r\n",
        "GET / HTTP/1.10\r\nHost: h\r\n\r\n",
        "\u{16}\u{3}\u{1}\r\n",
    ]

    /// Targets and hosts.
    private static let targets =
        [
            "GET /a#b HTTP/1.1\r\nHost: h\r\n\r\n",
            "GET /a b HTTP/1.1\r\nHost: h\r\n\r\n",
            "GET /a\u{1}b HTTP/1.1\r\nHost: h\r\n\r\n",
            "GET /a\u{7F} HTTP/1.1\r\nHost: h\r\n\r\n",
            "GET /é HTTP/1.1\r\nHost: h\r\n\r\n",
            "GET a/b HTTP/1.1\r\nHost: h\r\n\r\n",
            "GET * HTTP/1.1\r\nHost: h\r\n\r\n",
            "GET ftp://h/ HTTP/1.1\r\nHost: h\r\n\r\n",
            "GET http:///a HTTP/1.1\r\nHost: h\r\n\r\n",
            "GET http://u@h/a HTTP/1.1\r\nHost: h\r\n\r\n",
            "GET http://h:x/a HTTP/1.1\r\nHost: h\r\n\r\n",
            "GET http://h/a#b HTTP/1.1\r\nHost: h\r\n\r\n",
            "CONNECT / HTTP/1.1\r\nHost: h\r\n\r\n",
            "CONNECT h HTTP/1.1\r\nHost: h\r\n\r\n",
            "CONNECT h: HTTP/1.1\r\nHost: h\r\n\r\n",
            "CONNECT h:0 HTTP/1.1\r\nHost: h\r\n\r\n",
            "CONNECT h:70000 HTTP/1.1\r\nHost: h\r\n\r\n",
            "CONNECT :1 HTTP/1.1\r\nHost: h\r\n\r\n",
            "CONNECT http://h:1/ HTTP/1.1\r\nHost: h\r\n\r\n",
            "GET / HTTP/1.1\r\n\r\n",
            "GET http://h/ HTTP/1.1\r\n\r\n",
            "GET / HTTP/1.1\r\nHost: a\r\nHost: a\r\n\r\n",
            "GET / HTTP/1.1\r\nHost: a\r\nhost: b\r\n\r\n",
            "GET / HTTP/1.0\r\nHost: a\r\nHost: a\r\n\r\n",
            "GET / HTTP/1.1\r\nHost: a/b\r\n\r\n",
            "GET / HTTP/1.1\r\nHost: a b\r\n\r\n",
            "GET / HTTP/1.1\r\nHost: a, b\r\n\r\n",
            "GET / HTTP/1.1\r\nHost: u@a\r\n\r\n",
            "GET / HTTP/1.1\r\nHost: a:b\r\n\r\n",
            "GET / HTTP/1.1\r\nHost: a:123456\r\n\r\n",
            "GET / HTTP/1.1\r\nHost: [::1\r\n\r\n",
            "GET / HTTP/1.1\r\nHost: [g]\r\n\r\n",
            "GET / HTTP/1.1\r\nHost: a:1:2\r\n\r\n",
            "GET http://:80/ HTTP/1.1\r\nHost: h\r\n\r\n",
            "GET http://h:65536/ HTTP/1.1\r\nHost: h\r\n\r\n",
            "GET http://[]/ HTTP/1.1\r\nHost: h\r\n\r\n",
        ]
        + [
            "a:65536", "a:99999", ":80", "[]", "[]:80", "[:]", "[::1]a", "[::1]:65536", "[::1::]",
            "[1.2.3.4]", "[1:2:3:4:5:6:7]", "[12345::]", "[::1%25eth0]", "[v.a]", "[v1]", "[v1.]",
            "[vg.a]", "[v1.a@b]", "[v1.%41]", "u:p@a", "@a", "a@", "a%", "a%4", "a%zz", "a\\b",
            "a?b", "a#b", "\"a\"", "<a>", "a\tb",
        ].map { "GET / HTTP/1.1\r\nHost: \($0)\r\n\r\n" }

    /// Chunks that are not as they should be.
    private static let chunks =
        [
            "", ";a", "g", "-1", "+1", "0x1", " 1", "1 ", "1\t", "1;", "1;;a", "1;=b", "1;a=",
            "1;a=\"b", "1;a=\"b\u{1}\"", "1;a=b c", "1,a", "1 a", "1;a\u{0}", "1;a\rb", "1\r",
            "fffffffffffffffff", "8000000000000000", "10000000000000001", "ffffffffffffffff",
            "0000000000000001", "1_0", "1;é",
        ].map { chunked + "\($0)\r\nx\r\n0\r\n\r\n" } + [
            chunked + "1\nx\r\n0\r\n\r\n",
            chunked + "1;a\nx\r\n0\r\n\r\n",
            chunked + "1\r\nxy\r\n0\r\n\r\n",
            chunked + "1\r\nx\n0\r\n\r\n",
            chunked + "1\r\nx\r0\r\n\r\n",
            chunked + "2\r\nx\r\n0\r\n\r\n\r\n",
            chunked + "0\r\nA : b\r\n\r\n",
            chunked + "0\r\nA: b\n\r\n",
            chunked + "0\r\n A: b\r\n\r\n",
            chunked + "0\r\nA: \u{0}\r\n\r\n",
            chunked + "0\r\nA: b\r\n\n",
            chunked + "0\r\n\n",
        ]

    @Test(
        "a request that could be read in two ways is refused with 400, and all after it",
        arguments: framing + lines + targets + chunks
    )
    func refused(_ text: String) {
        let bytes = Array(text.utf8)
        let pieces = [bytes, Array(Self.smuggled.utf8)]
        let whole = ParserTrace.requests(pieces)
        #expect(whole.refusal == 400)
        #expect(!whole.events.contains { $0.contains("/smuggled") })
        #expect(whole.events.last?.hasPrefix("refused") == true, "\(whole.events)")
        for split in bytes.splits {
            #expect(ParserTrace.requests(split + [pieces[1]]) == whole)
        }
    }

    @Test("another protocol version is refused", arguments: ["2.0", "0.9", "3.0"])
    func version(_ version: String) {
        let text = "GET / HTTP/\(version)\r\nHost: h\r\n\r\n"
        #expect(ParserTrace.requests([Array(text.utf8)]).refusal == 505)
    }

    @Test("an expectation that no server meets is refused")
    func expectation() {
        let text = Self.start + "Expect: miracles\r\n\r\n"
        #expect(ParserTrace.requests([Array(text.utf8)]).refusal == 417)
    }
}
