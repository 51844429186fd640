import HTTPTypes
import MartletCore
import MartletHTTP
import NIOCore
import Synchronization
import TestSupport
import Testing

@Suite struct CompressionTests {
    private let text = String(repeating: "All work and no play. ", count: 200)
    private let layer = Compression()

    private func answer(
        accepting: String? = "gzip",
        method: HTTPRequest.Method = .get,
        _ response: Response
    ) async throws -> Response {
        var headers = Headers()
        headers[.acceptEncoding] = accepting
        return try await layer.answer(Request(method, "/", headers: headers)) { _, _ in response }
    }

    private func plain(_ text: String, _ headers: Headers = [:]) -> Response {
        var response = Response(.ok, headers: headers, body: Body(text))
        if !headers.contains(.contentType) { response.headers[.contentType] = "text/plain" }
        return response
    }

    private func decoded(_ response: Response) async throws -> String {
        let coding = try #require(ContentCoding(token: response.headers[.contentEncoding] ?? ""))
        let bytes = try await response.body.collect(upTo: 10 << 20)
        let source = InflatingSource(Body(bytes), coding: coding, limits: .init())
        let body = Body(storage: .source(source, length: nil))
        return String(buffer: try await body.collect(upTo: 10 << 20))
    }

    @Test("content is compressed with the coding that the client likes best")
    func negotiation() async throws {
        for (accepting, coding) in [
            ("gzip", "gzip"), ("deflate", "deflate"), ("deflate;q=0.5, gzip;q=0.4", "deflate"),
            ("br, gzip, deflate", "gzip"), ("*", "gzip"),
        ] {
            let response = try await answer(accepting: accepting, plain(text))
            #expect(response.headers[.contentEncoding] == coding)
            #expect(response.headers[.vary] == "Accept-Encoding")
            #expect(response.body.length ?? .max < text.utf8.count / 5)
            #expect(try await decoded(response) == text)
        }
    }

    @Test("a client that accepts no coding gets the content as it is, with Vary")
    func notAccepted() async throws {
        for accepting in [nil, "", "br", "gzip;q=0", "identity, gzip;q=0.1"] as [String?] {
            let response = try await answer(accepting: accepting, plain(text))
            #expect(response.headers[.contentEncoding] == nil)
            #expect(response.headers[.vary] == "Accept-Encoding")
            #expect(response.body.length == text.utf8.count)
        }
    }

    @Test(
        "what must not or need not be compressed is left alone, without Vary",
        arguments: [
            [.contentType: "image/png"], [.contentType: "application/zip"],
            [.contentEncoding: "br"], [.cacheControl: "max-age=1, No-Transform"],
            [.contentRange: "bytes 0-9/10"], [.setCookie: "session=1"],
        ] as [Headers]
    )
    func leftAlone(_ headers: Headers) async throws {
        let response = try await answer(plain(text, headers))
        #expect(response.headers[.contentEncoding] == headers[.contentEncoding])
        #expect(response.headers[.vary] == nil)
        #expect(response.body.length == text.utf8.count)
    }

    @Test("content shorter than 1 KiB is left alone")
    func short() async throws {
        let response = try await answer(plain(String(repeating: "a", count: 1_023)))
        #expect(response.headers[.contentEncoding] == nil)
        let long = try await answer(plain(String(repeating: "a", count: 1_024)))
        #expect(long.headers[.contentEncoding] == "gzip")
    }

    @Test("statuses without whole content and responses to HEAD are not compressed")
    func statuses() async throws {
        for status: HTTPResponse.Status in [.noContent, .partialContent, .notModified] {
            var response = plain(text)
            response.status = status
            #expect(try await answer(response).headers[.contentEncoding] == nil)
        }
        let head = try await answer(method: .head, plain(text))
        #expect(head.headers[.contentEncoding] == nil)
        #expect(head.headers[.vary] == "Accept-Encoding")
    }

    @Test("a strong entity tag becomes weak, and ranges are no longer offered")
    func entityTag() async throws {
        let strong = try await answer(plain(text, [.eTag: "\"a\"", .acceptRanges: "bytes"]))
        #expect(strong.headers[.eTag] == "W/\"a\"")
        #expect(strong.headers[.acceptRanges] == nil)
        let weak = try await answer(plain(text, [.eTag: "W/\"a\""]))
        #expect(weak.headers[.eTag] == "W/\"a\"")
    }

    @Test("content that does not get shorter is sent as it is")
    func incompressible() async throws {
        var random = SplitMix(seed: 3)
        let bytes = (0..<2_000).map { _ in UInt8.random(in: .min ... .max, using: &random) }
        let noise = Response(
            headers: [.contentType: "text/plain"],
            body: Body(ByteBuffer(bytes: bytes))
        )
        #expect(try await answer(noise).headers[.contentEncoding] == nil)
    }

    @Test("long content and streams are compressed piece by piece")
    func streams() async throws {
        let long = String(repeating: text, count: 100)
        let whole = try await answer(plain(long))
        #expect(whole.body.length == nil)
        #expect(try await decoded(whole) == long)
        let text = text
        let streamed = Response(
            headers: [.contentType: "application/json"],
            body: Body(length: text.utf8.count * 3) { writer in
                for _ in 0..<3 { try await writer.write(text) }
            }
        )
        let response = try await answer(streamed)
        #expect(response.body.length == nil)
        #expect(try await decoded(response) == text + text + text)
    }

    @Test("every event of an event stream can be read when it is written")
    func events() async throws {
        let response = try await answer(
            Response(
                headers: [.contentType: "text/event-stream"],
                body: Body { writer in
                    for number in 0..<3 { try await writer.write("data: \(number)\n\n") }
                }
            )
        )
        let sink = EventSink()
        try await response.body.write(to: BodyWriter(sink))
        #expect(sink.seen.prefix(3) == ["data: 0\n\n", "data: 1\n\n", "data: 2\n\n"])
        #expect(sink.flushes == 3)
    }

    @Test("a flush by the handler reaches the client with all that came before")
    func flush() async throws {
        let response = try await answer(
            Response(
                headers: [.contentType: "text/plain"],
                body: Body { writer in
                    try await writer.write("one ")
                    try await writer.write("two ")
                    try await writer.flush()
                    try await writer.write("three")
                }
            )
        )
        let sink = EventSink()
        try await response.body.write(to: BodyWriter(sink))
        #expect(sink.flushes == 1)
        #expect(sink.seenAtFlush == "one two ")
        #expect(sink.seen.joined() == "one two three")
    }

    /// Decompresses what arrives at once, as a browser does.
    private final class EventSink: BodySink {
        private struct State {
            let inflater = Inflater(.gzip)
            var seen: [String] = []
            var flushes = 0
            var seenAtFlush = ""
        }
        private let state = Mutex(State())

        var seen: [String] { state.withLock { $0.seen } }
        var flushes: Int { state.withLock { $0.flushes } }
        var seenAtFlush: String { state.withLock { $0.seenAtFlush } }

        func write(_ bytes: ByteBuffer) async throws {
            try state.withLock { state in
                state.inflater.feed(bytes)
                while let piece = try state.inflater.next() {
                    state.seen.append(String(buffer: piece))
                }
            }
        }

        func flush() async throws {
            state.withLock { state in
                state.flushes += 1
                state.seenAtFlush = state.seen.joined()
            }
        }

        func setTrailers(_ trailers: Headers) {}
    }
}
