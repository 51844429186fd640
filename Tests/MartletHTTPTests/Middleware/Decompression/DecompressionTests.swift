import HTTPTypes
import MartletCore
import MartletHTTP
import NIOCore
import Testing

@Suite struct DecompressionTests {
    private func compressed(_ text: String, _ codings: ContentCoding...) throws -> ByteBuffer {
        var bytes = ByteBuffer(string: text)
        for coding in codings {
            var output = ByteBuffer()
            try Deflater(coding).compress(bytes, flush: .finish, into: &output)
            bytes = output
        }
        return bytes
    }

    private func read(
        _ bytes: ByteBuffer,
        encoding: String,
        by layer: Decompression = Decompression()
    ) async throws -> String {
        let request = Request(
            .post,
            "/",
            headers: [.contentEncoding: encoding, .contentLength: "\(bytes.readableBytes)"],
            body: Body(storage: .source(ChunkSource(chunks: [bytes]), length: nil))
        )
        let response = try await layer.answer(request) { request, _ in
            #expect(request.headers.isEmpty)
            return Response(body: Body(try await request.body.collect(upTo: 64 << 20)))
        }
        return response.body.whole.map { String(buffer: $0) } ?? ""
    }

    @Test("the handler reads plain content")
    func decodes() async throws {
        #expect(try await read(compressed("hello", .gzip), encoding: "gzip") == "hello")
        #expect(try await read(compressed("hello", .gzip), encoding: "X-GZIP") == "hello")
        #expect(try await read(compressed("hello", .deflate), encoding: "deflate") == "hello")
        let both = try compressed("hello", .deflate, .gzip)
        #expect(try await read(both, encoding: "deflate, gzip") == "hello")
        #expect(try await read(ByteBuffer(string: "plain"), encoding: "identity") == "plain")
    }

    @Test("a request without a coding is left alone")
    func plain() async throws {
        let response = try await Decompression()
            .answer(Request(.post, "/", body: Body("abc"))) { request, _ in
                Response(body: request.body)
            }
        #expect(response.body.length == 3)
    }

    @Test("codings that are unknown or too many are refused with those that are known")
    func unsupported() async {
        for encoding in ["br", "gzip, br", "gzip, gzip, gzip"] {
            let error = await #expect(throws: HTTPError.self) {
                try await read(ByteBuffer(), encoding: encoding)
            }
            #expect(error?.status == .unsupportedMediaType)
            #expect(error?.headers[.acceptEncoding] == "gzip, deflate")
        }
    }

    @Test("broken content is 400 and content past the limits 413")
    func failures() async throws {
        let broken = await #expect(throws: HTTPError.self) {
            try await read(ByteBuffer(string: "no gzip"), encoding: "gzip")
        }
        #expect(broken?.status == .badRequest)
        let long = try compressed(String(repeating: "ab", count: 600), .gzip)
        let tooLong = await #expect(throws: HTTPError.self) {
            try await read(long, encoding: "gzip", by: Decompression(.init(maximumSize: 1_000)))
        }
        #expect(tooLong?.status == .contentTooLarge)
        let bomb = try compressed(String(repeating: "a", count: 4 << 20), .gzip)
        let tooDense = await #expect(throws: HTTPError.self) {
            try await read(bomb, encoding: "gzip")
        }
        #expect(tooDense?.status == .contentTooLarge)
    }
}
