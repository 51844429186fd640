import HTTPTypes
import TestSupport
import Testing

@testable import MartletHTTP

/// What comes in fields and targets: whatever it is, it is read or refused, and what was read makes
/// sense.
@Suite("Field parsers under fuzzing")
struct FieldFuzzTests {
    /// Every run sees the same cases; `MARTLET_FUZZ_CASES` says how many.
    private static let cases = Fuzz.cases(3000)

    private static let spices = [
        ",", ";", "=", "\"", "\\", "%", "%2", "%2f", "%ff", "&", "+", ":", "[", "]", "/", "*", "-",
        ".", "0", "9", "18446744073709551616", "::", "W/", "\u{0}", "\r\n", " ", "\t", "é", "q=0.1",
    ].map { Array($0.utf8) }

    /// Runs `check` for damaged texts.
    ///
    /// - Parameters:
    ///   - seeds: Texts that are right.
    ///   - check: Says whether a text was read; both must happen, else the cases say nothing.
    private func fuzz(_ seeds: [String], _ check: (String) throws -> Bool) rethrows {
        var random = SplitMix(seed: 0x4D41_5254_4C45_5434)
        var read = 0
        for _ in 0..<Self.cases {
            let seed = Array((seeds.randomElement(using: &random) ?? "").utf8)
            let bytes = Fuzz.damage(seed, spices: Self.spices, &random)
            if try check(String(decoding: bytes, as: UTF8.self)) { read += 1 }
        }
        #expect((Self.cases / 50..<Self.cases * 49 / 50).contains(read), "\(read) were read")
    }

    @Test("a range of addresses has the address in it that it is written with")
    func addresses() {
        fuzz(["127.0.0.1/8", "::1/128", "2001:db8::ff00:42:8329/32", "::ffff:192.0.2.128/120"]) {
            text in
            guard let range = AddressRange(text) else { return false }
            let address = text.split(separator: "/").first.flatMap { IPAddress($0) }
            #expect(address.map(range.contains) == true, "\(text)")
            return true
        }
    }

    @Test("the client's address is one of those named, or the peer's")
    func forwarded() throws {
        let range = try #require(AddressRange("10.0.0.0/8"))
        let peer = Peer(address: "10.0.0.1", port: 1, isSecure: false, certificateNames: [])
        let seeds = ["203.0.113.7, 10.0.0.2", "\"[2001:db8::1]:80\", 10.0.0.3:99", "unknown"]
        fuzz(seeds) { text in
            var request = Request(.get, "/")
            request.peer = peer
            request.headers[.xForwardedFor] = text
            let client = TrustedProxies([range]).clientAddress(of: request)
            return client != nil && client != IPAddress("10.0.0.1")
        }
    }

    @Test("a media type that was read is written so that it is read again")
    func mediaTypes() {
        fuzz(["text/html; charset=utf-8", "multipart/form-data; boundary=\"a;b\"", "*/*"]) { text in
            guard let type = MediaType(text) else { return false }
            #expect(MediaType(type.description) == type, "\(text)")
            return true
        }
    }

    @Test("a date that was read is written so that it is read again")
    func dates() {
        let seeds = [
            "Sun, 06 Nov 1994 08:49:37 GMT", "Sunday, 06-Nov-94 08:49:37 GMT",
            "Sun Nov  6 08:49:37 1994",
        ]
        fuzz(seeds) { text in
            guard let date = HTTPDate.parse(text) else { return false }
            #expect(HTTPDate.parse(HTTPDate.format(secondsSince1970: date)) == date, "\(text)")
            return true
        }
    }

    @Test("ranges lie within what there is, and are no more than it together")
    func ranges() {
        fuzz(["bytes=0-99", "bytes=-5, 90-", "bytes=1-2,4-5, 7-"]) { text in
            guard case .parts(let parts) = ByteRanges(text, length: 100, limit: 3) else {
                return false
            }
            #expect(!parts.isEmpty && parts.count <= 3, "\(text)")
            #expect(parts.allSatisfy { 0 <= $0.lowerBound && $0.upperBound <= 100 }, "\(text)")
            #expect(parts.reduce(0) { $0 + $1.count } <= 100, "\(text)")
            return true
        }
    }

    @Test("a trace's context is what it is written as")
    func traces() {
        fuzz(["00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"]) { text in
            guard let context = TraceContext(traceparent: text) else { return false }
            #expect(TraceContext(traceparent: context.traceparent) == context, "\(text)")
            return true
        }
    }

    @Test("a query has no more pairs than it may, and percent-encoding is undone once")
    func queries() {
        fuzz(["a=1&b=%20x+y&a=", "q=%E2%82%AC&&=v", "one&two=2"]) { text in
            guard let query = try? QueryParameters(text, limit: 4) else { return false }
            #expect(Array(query).count <= 4, "\(text)")
            return true
        }
        fuzz(["a%20b", "%E2%82%AC", "plain"]) { text in
            guard let decoded = PercentCoding.decode(text[...]) else { return false }
            #expect(PercentCoding.decode(PercentCoding.encode(decoded)[...]) == decoded, "\(text)")
            return true
        }
    }

    @Test("cookies, parts of forms, tags, times and paths are read or refused")
    func others() {
        fuzz(["a=1; b=\"2\"; c", "session=abc", ";"]) { text in
            let cookies = Array(Cookies(text))
            #expect(cookies.allSatisfy { !$0.name.isEmpty }, "\(text)")
            return !cookies.isEmpty
        }
        fuzz(["form-data; name=\"a\"; filename=\"b/c\"", "form-data; name=a"]) { text in
            guard let disposition = ContentDisposition(text) else { return false }
            #expect(disposition.filename?.contains("/") != true, "\(text)")
            return true
        }
        fuzz(["W/\"a\"", "\"b\"", "\"\""]) { EntityTag($0) != nil }
        fuzz(["1S", "250m", "99999999H", "10u"]) { text in
            guard let duration = TimeoutValue.parse(text) else { return false }
            #expect(duration >= .zero, "\(text)")
            return true
        }
        fuzz(["a/b.txt", "%61/", "a/c/b"]) { text in
            guard let path = StaticPath(text[...]) else { return false }
            let segments = path.text.split(separator: "/", omittingEmptySubsequences: false)
            #expect(!segments.contains { $0.hasPrefix(".") }, "\(text)")
            return true
        }
    }
}
