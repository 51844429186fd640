import HTTPTypes
import MartletCore
import MartletHTTP
import NIOCore
import Testing

@Suite struct BodyLimitTests {
    private let layer = BodyLimit(10)

    private func answer(_ body: Body) async throws -> String {
        let response = try await layer.answer(Request(.post, "/", body: body)) { request, _ in
            Response(body: Body(try await request.body.collect(upTo: 1_000)))
        }
        return response.body.whole.map { String(buffer: $0) } ?? ""
    }

    @Test("content at the limit is let through, of known length and of unknown")
    func within() async throws {
        #expect(try await answer(Body("1234567890")) == "1234567890")
        #expect(
            try await answer(Body(storage: .source(ChunkSource(["12345", "67890"]), length: nil)))
                == "1234567890"
        )
    }

    @Test("content that declares too much is refused before any of it is read")
    func declared() async {
        let source = ChunkSource(["12345", "678901"])
        let error = await #expect(throws: HTTPError.self) {
            try await answer(Body(storage: .source(source, length: 11)))
        }
        #expect(error?.status == .contentTooLarge)
        #expect(source.remaining == 2)
        #expect(source.isCancelled)
    }

    @Test("a stream fails for its reader when it passes the limit")
    func streamed() async {
        let source = ChunkSource(["12345", "67890", "1", "2"])
        let error = await #expect(throws: HTTPError.self) {
            try await answer(Body(storage: .source(source, length: nil)))
        }
        #expect(error?.status == .contentTooLarge)
        #expect(source.remaining == 1)
        #expect(source.isCancelled)
    }

    @Test("whole content over the limit is refused, and the limit is 2 MiB by default")
    func defaultLimit() async throws {
        let body = Body(ByteBuffer(repeating: 0, count: (2 << 20) + 1))
        let error = await #expect(throws: HTTPError.self) {
            try await BodyLimit().answer(Request(.post, "/", body: body)) { _, _ in Response(.ok) }
        }
        #expect(error?.status == .contentTooLarge)
    }
}
