import MartletHTTP
import NIOCore
import Testing

/// Every limit of what is parsed: exactly as much is accepted and one more is refused, however the
/// bytes come.
@Suite("HTTPLimits of parsing")
struct HTTPLimitsTests {
    private func refusal(_ text: String, _ limits: HTTPLimits) -> Int? {
        let bytes = Array(text.utf8)
        let whole = ParserTrace.requests([bytes], limits: limits)
        for split in bytes.splits {
            #expect(ParserTrace.requests(split, limits: limits).refusal == whole.refusal)
        }
        return whole.refusal
    }

    @Test("request line")
    func requestLine() {
        var limits = HTTPLimits()
        limits.requestLineSize = 40
        let path = String(repeating: "a", count: 26)
        let line = "GET /\(path) HTTP/1.1"
        #expect(line.utf8.count == 40)
        #expect(refusal("\(line)\r\nHost: h\r\n\r\n", limits) == nil)
        #expect(refusal("GET /\(path)a HTTP/1.1\r\nHost: h\r\n\r\n", limits) == 414)
        #expect(refusal(String(repeating: "a", count: 60), limits) == 414)
    }

    @Test("header count")
    func headerCount() {
        var limits = HTTPLimits()
        limits.headerCount = 3
        #expect(refusal("GET / HTTP/1.1\r\nHost: h\r\nA: b\r\nC: d\r\n\r\n", limits) == nil)
        #expect(refusal("GET / HTTP/1.1\r\nHost: h\r\nA: b\r\nC: d\r\nE:\r\n\r\n", limits) == 431)
    }

    @Test("header size")
    func headerSize() {
        var limits = HTTPLimits()
        limits.headerSize = 30
        // "Host: h\r\n" is 9 bytes, and "A: \r\n" 5.
        let value = String(repeating: "v", count: 16)
        #expect(refusal("GET / HTTP/1.1\r\nHost: h\r\nA: \(value)\r\n\r\n", limits) == nil)
        #expect(refusal("GET / HTTP/1.1\r\nHost: h\r\nA: \(value)v\r\n\r\n", limits) == 431)
        #expect(refusal("GET / HTTP/1.1\r\nHost: h\r\nA: \(value)\(value)", limits) == 431)
    }

    private static let chunked = "PUT / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n"

    @Test("chunk-size line")
    func chunkLine() {
        var limits = HTTPLimits()
        limits.chunkLineSize = 10
        #expect(refusal(Self.chunked + "1;aaaaaaaa\r\nx\r\n0\r\n\r\n", limits) == nil)
        #expect(refusal(Self.chunked + "1;aaaaaaaaa\r\nx\r\n0\r\n\r\n", limits) == 400)
        #expect(refusal(Self.chunked + "1;aaaaaaaaaaaaaaa", limits) == 400)
    }

    @Test("chunk extensions, beyond what the chunks warrant")
    func chunkExcess() {
        var limits = HTTPLimits()
        limits.chunkExcessSize = 30
        // Each line is 15 bytes longer than 16 and twice its chunk's size.
        let line = "1;" + String(repeating: "a", count: 29) + "\r\n"
        #expect(line.utf8.count == 33)
        let two = Self.chunked + line + "x\r\n" + line + "x\r\n"
        #expect(refusal(two + "1\r\nx\r\n1;a\r\nx\r\n0\r\n\r\n", limits) == nil)
        #expect(refusal(two + line + "x\r\n0\r\n\r\n", limits) == 400)
        // A chunk warrants more when it is larger, and short lines make up for long ones.
        let larger = "9" + line.dropFirst() + "123456789\r\n"
        #expect(refusal(two + larger + "1\r\nx\r\n" + "0\r\n\r\n", limits) == nil)
        #expect(refusal(two + "1\r\nx\r\n1\r\nx\r\n" + line + "x\r\n0\r\n\r\n", limits) == nil)
        // However many chunks there are, without extensions they are accepted.
        let flood = String(repeating: "1\r\nx\r\n", count: 1000)
        let bytes = Array((Self.chunked + flood + "0\r\n\r\n").utf8)
        #expect(ParserTrace.requests([bytes], limits: limits).largestBody == 1000)
    }

    @Test("trailers")
    func trailers() {
        var limits = HTTPLimits()
        limits.headerCount = 2
        #expect(refusal(Self.chunked + "0\r\nA: b\r\nC: d\r\n\r\n", limits) == nil)
        #expect(refusal(Self.chunked + "0\r\nA: b\r\nC: d\r\nE: f\r\n\r\n", limits) == 431)
        limits.headerCount = 100
        limits.headerSize = 50
        let value = String(repeating: "v", count: 45)
        #expect(refusal(Self.chunked + "0\r\nA: \(value)\r\n\r\n", limits) == nil)
        #expect(refusal(Self.chunked + "0\r\nA: \(value)v\r\n\r\n", limits) == 431)
    }

    @Test("body size")
    func bodySize() {
        var limits = HTTPLimits()
        limits.bodySize = 5
        let start = "PUT / HTTP/1.1\r\nHost: h\r\nContent-Length: "
        #expect(refusal(start + "5\r\n\r\nabcde", limits) == nil)
        #expect(refusal(start + "6\r\n\r\n", limits) == 413)
        #expect(refusal(start + "999999999999999999\r\n\r\n", limits) == 413)
        #expect(refusal(Self.chunked + "2\r\nab\r\n3\r\ncde\r\n0\r\n\r\n", limits) == nil)
        #expect(refusal(Self.chunked + "2\r\nab\r\n4\r\ncdef\r\n0\r\n\r\n", limits) == 413)
    }

    @Test("response body size")
    func responseBodySize() {
        var limits = HTTPLimits()
        limits.bodySize = 5
        func refusal(_ text: String) -> Int? {
            ParserTrace.responses([Array(text.utf8)], limits: limits, closes: true).refusal
        }
        #expect(refusal("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nabcde") == nil)
        #expect(refusal("HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\n") == 413)
        #expect(refusal("HTTP/1.1 200 OK\r\n\r\nabcde") == nil)
        #expect(refusal("HTTP/1.1 200 OK\r\n\r\nabcdef") == 413)
    }
}
