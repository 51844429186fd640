import HTTPTypes
import MartletCore
import MartletHTTP
import NIOCore
import Synchronization
import Testing

/// Records what is written and how often it is flushed.
private final class RecordingSink: BodySink {
    private let state = Mutex((chunks: [String](), flushes: 0, isWriting: false, overlaps: 0))

    var chunks: [String] { state.withLock { $0.chunks } }
    var flushes: Int { state.withLock { $0.flushes } }
    var overlaps: Int { state.withLock { $0.overlaps } }

    func write(_ bytes: ByteBuffer) async throws {
        state.withLock { state in
            if state.isWriting { state.overlaps += 1 }
            state.isWriting = true
        }
        for _ in 0..<3 { await Task.yield() }
        state.withLock { state in
            state.isWriting = false
            state.chunks.append(String(buffer: bytes))
        }
    }

    func flush() async throws {
        state.withLock { $0.flushes += 1 }
    }

    func setTrailers(_ trailers: Headers) {}
}

/// A peer that has gone.
private final class BrokenSink: BodySink {
    struct Gone: Error {}

    func write(_ bytes: ByteBuffer) async throws { throw Gone() }
    func flush() async throws { throw Gone() }
    func setTrailers(_ trailers: Headers) {}
}

@Suite("Server-sent events")
struct ServerSentEventTests {
    private func rendered(_ event: ServerSentEvent) -> String {
        var buffer = ByteBuffer()
        event.write(into: &buffer)
        return String(buffer: buffer)
    }

    @Test("every field is written on a line of its own and an empty line ends the event")
    func fields() {
        let event = ServerSentEvent(
            data: "hello",
            event: "greeting",
            id: "7",
            retry: .milliseconds(2500),
            comment: "c"
        )
        #expect(rendered(event) == ": c\nevent: greeting\ndata: hello\nid: 7\nretry: 2500\n\n")
        #expect(rendered(ServerSentEvent()) == "\n")
        #expect(rendered(ServerSentEvent(data: "")) == "data: \n\n")
        #expect(rendered(ServerSentEvent(retry: .seconds(-1))) == "retry: 0\n\n")
    }

    @Test(
        "CR, LF and CR LF each break a line of data, and nothing else does",
        arguments: [
            ("a\nb", ["a", "b"]), ("a\rb", ["a", "b"]), ("a\r\nb", ["a", "b"]),
            ("a\n\nb", ["a", "", "b"]), ("a\r\r\nb", ["a", "", "b"]), ("\n", ["", ""]),
            ("a\n\rb\n", ["a", "", "b", ""]), ("a\u{2028}b\u{85}c\u{0B}d", nil),
            ("ü\r\nö", ["ü", "ö"]),
        ] as [(String, [String]?)]
    )
    func lineBreaks(data: String, lines: [String]?) {
        let expected = (lines ?? [data]).map { "data: \($0)\n" }.joined()
        #expect(rendered(ServerSentEvent(data: data)) == expected + "\n")
    }

    @Test("a line break in a name or an identifier cannot forge a field")
    func injection() {
        let event = ServerSentEvent(data: "x", event: "a\ndata: y", id: "1\r\n\0z", comment: "a\rb")
        #expect(rendered(event) == ": a\n: b\nevent: a data: y\ndata: x\nid: 1   z\n\n")
    }

    @Test("the response is an event stream that is not stored, and each event is flushed")
    func response() async throws {
        let response = Response.events(heartbeat: nil) { writer in
            try await writer.send("one")
            try await writer.send(ServerSentEvent(data: "two", id: "2"))
        }
        #expect(response.headers[.contentType] == "text/event-stream")
        #expect(response.headers[.cacheControl] == "no-store")
        #expect(response.body.length == nil)
        let sink = RecordingSink()
        try await response.body.write(to: BodyWriter(sink))
        #expect(sink.chunks == ["data: one\n\n", "data: two\nid: 2\n\n"])
        #expect(sink.flushes == 2)
    }

    @Test(
        "a comment is sent when nothing was for the interval, and only then",
        .timeLimit(.minutes(1))
    )
    func heartbeat() async throws {
        let clock = ManualClock()
        let sink = RecordingSink()
        let response = Response.events(heartbeat: .seconds(15), clock: clock) { writer in
            try await clock.waitForSleepers()
            clock.advance(by: .seconds(10))
            try await writer.send("a")
            clock.advance(by: .seconds(5))
            // 15 s after the start, 5 s after the event: too early.
            try await clock.waitForSleepers()
            #expect(sink.chunks == ["data: a\n\n"])
            clock.advance(by: .seconds(10))
            try await clock.waitForSleepers()
            #expect(sink.chunks == ["data: a\n\n", ":\n\n"])
            try await writer.send("b")
        }
        try await response.body.write(to: BodyWriter(sink))
        #expect(sink.chunks == ["data: a\n\n", ":\n\n", "data: b\n\n"])
        #expect(clock.sleeperCount == 0)
    }

    @Test("events of several tasks do not overlap")
    func concurrentSenders() async throws {
        let sink = RecordingSink()
        let response = Response.events(heartbeat: .seconds(15), clock: ManualClock()) { writer in
            try await withThrowingTaskGroup(of: Void.self) { group in
                for number in 0..<50 {
                    group.addTask { try await writer.send("\(number)") }
                }
                try await group.waitForAll()
            }
        }
        try await response.body.write(to: BodyWriter(sink))
        #expect(sink.overlaps == 0)
        #expect(Set(sink.chunks) == Set((0..<50).map { "data: \($0)\n\n" }))
        #expect(sink.chunks.count == 50)
    }

    @Test(
        "a client that has gone is noticed by the heartbeat and ends the producer",
        .timeLimit(.minutes(1))
    )
    func goneClient() async throws {
        let clock = ManualClock()
        let response = Response.events(heartbeat: .seconds(15), clock: clock) { _ in
            try await clock.waitForSleepers()
            clock.advance(by: .seconds(15))
            try await clock.sleep(until: clock.now + .seconds(3600), tolerance: nil)
        }
        await #expect(throws: BrokenSink.Gone.self) {
            try await response.body.write(to: BodyWriter(BrokenSink()))
        }
    }

    @Test("an error of the producer cuts the stream off")
    func failingProducer() async throws {
        let response = Response.events { _ in throw HTTPError(.badGateway) }
        await #expect(throws: HTTPError.self) {
            try await response.body.write(to: BodyWriter(RecordingSink()))
        }
    }

    @Test("the last identifier that a client saw is read")
    func lastEventID() throws {
        let name = try #require(HTTPField.Name("last-event-id"))
        #expect(Request(.get, "/", headers: [name: "42"]).lastEventID == "42")
        #expect(Request(.get, "/").lastEventID == nil)
    }
}
