import HTTPTypes
import MartletCore
import MartletHTTP
import NIOCore
import Testing

@Suite("A client's decompression")
struct ClientDecompressionTests {
    private static let text = String(repeating: "all the birds of the air ", count: 400)

    private static func compressing(
        _ request: Request,
        _ context: CallContext
    ) async throws
        -> Response
    {
        let handler = ClosureHandler<Request, Response> { request, _ in
            var response = Response(text)
            response.headers[.init("X-Asked") ?? .accept] =
                request.headers[.acceptEncoding] ?? "nothing"
            return response
        }
        return try await handler.intercepted(by: Compression())
            .handle(request, context: context)
    }

    @Test("Compressed content is asked for and arrives decompressed")
    func decompresses() async throws {
        let client = HTTPClient()
        defer { client.shutdown() }
        try await withServer(handler: Self.compressing) { (base, _) async throws in
            let response = try await client.get(base)
            #expect(response.headers.first { $0.name == "X-Asked" }?.value == "gzip, deflate")
            #expect(!response.headers.contains(.contentEncoding))
            let body = try await response.body.collect(upTo: 100_000)
            #expect(String(buffer: body) == Self.text)
        }
    }

    @Test("A caller who asks for a coding gets it as it is")
    func leavesAlone() async throws {
        let client = HTTPClient()
        defer { client.shutdown() }
        try await withServer(handler: Self.compressing) { (base, _) async throws in
            let response = try await client.get(base, headers: [.acceptEncoding: "gzip"])
            #expect(response.headers[.contentEncoding] == "gzip")
            let body = try await response.body.collect(upTo: 100_000)
            #expect(body.readableBytes < Self.text.utf8.count / 10)
        }
    }

    @Test("Content that grows over the limit is refused")
    func refusesTooMuch() async throws {
        var configuration = HTTPClient.Configuration()
        configuration.responseBodySize = 5000
        let client = HTTPClient(configuration)
        defer { client.shutdown() }
        try await withServer(handler: Self.compressing) { (base, _) async throws in
            let response = try await client.get(base)
            let error = await #expect(throws: HTTPClientError.self) {
                _ = try await response.body.collect(upTo: 100_000)
            }
            #expect(error?.code == .responseTooLarge)
        }
    }
}
