import Foundation
import MartletHTTP
import TestSupport
import Testing

@Suite("HTTP/1 parsers under fuzzing")
struct HTTP1FuzzTests {
    /// Every run sees the same cases; `MARTLET_FUZZ_CASES` says how many.
    private static let seed: UInt64 = 0x4D41_5254_4C45_5431
    private static let cases = Fuzz.cases(2500)

    private static let requests = [
        "GET /a?b=1 HTTP/1.1\r\nHost: h\r\nAccept: */*\r\n\r\n",
        "POST /b HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\n\r\nhello"
            + "GET /c HTTP/1.1\r\nHost: h\r\n\r\n",
        "PUT /d HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\nExpect: 100-continue\r\n\r\n"
            + "5;a=\"b\"\r\nhello\r\n1\r\nx\r\n0\r\nT: v\r\n\r\n",
        "OPTIONS * HTTP/1.0\r\nConnection: keep-alive\r\n\r\nCONNECT h:1 HTTP/1.1\r\nHost: h\r\n\r\n",
        "GET http://h:80/x HTTP/1.1\r\nHost: h\r\nUpgrade: u\r\nConnection: upgrade, close\r\n\r\n",
    ]
    private static let responses = [
        "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\nT: v\r\n\r\n",
        "HTTP/1.0 404 Not Found\r\nServer: x\r\n\r\nuntil the end",
        "HTTP/1.1 304 Not Modified\r\nConnection: close\r\n\r\n",
    ]
    private static let spices = [
        "\r", "\n", "\r\n", "\u{0}", " ", "\t", ":", ";", ",", "Content-Length: 3\r\n",
        "Transfer-Encoding: chunked\r\n", "0\r\n\r\n", "Host: i\r\n", "\u{7F}", "\u{FF}",
        "HTTP/1.1", "GET / ", "f", "5",
    ].map { Array($0.utf8) }

    /// Small, so that the cases reach them.
    private static let limits: HTTPLimits = {
        var limits = HTTPLimits()
        limits.requestLineSize = 60
        limits.headerCount = 4
        limits.headerSize = 120
        limits.bodySize = 12
        limits.chunkLineSize = 16
        return limits
    }()

    private func check(_ trace: ParserTrace, _ bytes: [UInt8]) {
        #expect(trace.largestBody <= Self.limits.bodySize, "\(bytes)")
        #expect(trace.largestHeaderCount <= Self.limits.headerCount, "\(bytes)")
        if trace.refusal != nil {
            #expect(trace.events.last?.hasPrefix("refused: ") == true, "\(bytes)")
        }
    }

    @Test("requests are judged alike however they come, within the limits")
    func requests() {
        var random = SplitMix(seed: Self.seed)
        var accepted = 0
        for _ in 0..<Self.cases {
            let bytes = Fuzz.damage(
                Self.requests.randomElement(using: &random).map { Array($0.utf8) } ?? [],
                spices: Self.spices,
                &random
            )
            let whole = ParserTrace.requests([bytes], limits: Self.limits)
            let pieces = ParserTrace.requests(Fuzz.split(bytes, &random), limits: Self.limits)
            #expect(whole.events == pieces.events, "\(bytes)")
            check(whole, bytes)
            check(pieces, bytes)
            if whole.refusal == nil { accepted += 1 }
        }
        // Else the cases say nothing of one side.
        #expect((Self.cases / 10..<Self.cases * 9 / 10).contains(accepted))
    }

    @Test("responses are judged alike however they come, within the limits")
    func responses() {
        var random = SplitMix(seed: Self.seed &+ 1)
        for _ in 0..<Self.cases {
            let bytes = Fuzz.damage(
                Self.responses.randomElement(using: &random).map { Array($0.utf8) } ?? [],
                spices: Self.spices,
                &random
            )
            let pieces = Fuzz.split(bytes, &random)
            let whole = ParserTrace.responses([bytes], limits: Self.limits, closes: true)
            let split = ParserTrace.responses(pieces, limits: Self.limits, closes: true)
            #expect(whole.events == split.events, "\(bytes)")
            check(whole, bytes)
        }
    }

    @Test("random bytes are refused or waited for")
    func noise() {
        var random = SplitMix(seed: Self.seed &+ 2)
        for _ in 0..<Self.cases / 4 {
            let count = Int.random(in: 1...200, using: &random)
            let bytes = (0..<count).map { _ in UInt8.random(in: 0...255, using: &random) }
            let trace = ParserTrace.requests([bytes], limits: Self.limits)
            #expect(trace.events.allSatisfy { $0.hasPrefix("refused: ") }, "\(bytes)")
        }
    }
}
