import MartletHTTP
import NIOCore
import Synchronization
import Testing

@Suite struct BodyObservationTests {
    private final class Ends: Sendable {
        private let all = Mutex<[BodyObserver.End]>([])
        var values: [BodyObserver.End] { all.withLock { $0 } }
        func add(_ end: BodyObserver.End) { all.withLock { $0.append(end) } }
    }

    @Test("a stream that is read to its end is counted and ends once")
    func complete() async throws {
        let ends = Ends()
        let body = Body { writer in
            try await writer.write("hello ")
            try await writer.write("world")
        }
        let text = try await body.observed(onEnd: ends.add).collect(upTo: 100)
        #expect(String(buffer: text) == "hello world")
        #expect(ends.values.map(\.bytes) == [11])
        #expect(ends.values.map(\.isComplete) == [true])
    }

    @Test("a stream that fails says with what")
    func failing() async throws {
        let ends = Ends()
        let body = Body { writer in
            try await writer.write("hello ")
            throw UnknownError()
        }
        await #expect(throws: UnknownError.self) {
            _ = try await body.observed(onEnd: ends.add).collect(upTo: 100)
        }
        #expect(ends.values.count == 1)
        #expect(ends.values.first?.error is UnknownError)
        #expect(ends.values.first?.isComplete == false)
    }

    @Test("a stream that nobody reads ends when it is dropped")
    func dropped() {
        let ends = Ends()
        do {
            let body = Body { try await $0.write("never") }.observed(onEnd: ends.add)
            #expect(ends.values.isEmpty)
            #expect(body.isStreamed)
        }
        #expect(ends.values.map(\.bytes) == [0])
        #expect(ends.values.map(\.isComplete) == [false])
    }

    @Test("a source is counted, and its cancellation ends it")
    func source() async throws {
        let ends = Ends()
        let chunks = ChunkSource(["ab", "cde"])
        let body = Body(storage: .source(chunks, length: nil)).observed(onEnd: ends.add)
        #expect(try await body.collect(upTo: 10).readableBytes == 5)
        #expect(ends.values.map(\.bytes) == [5])

        let other = Body(storage: .source(ChunkSource(["ab"]), length: nil))
            .observed(onEnd: ends.add)
        other.discard()
        #expect(ends.values.map(\.isComplete) == [true, false])
    }

    @Test("a body whose bytes are there is left alone")
    func whole() {
        let ends = Ends()
        #expect(!Body("abc").observed(onEnd: ends.add).isStreamed)
        #expect(ends.values.isEmpty)
    }
}
