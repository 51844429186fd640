import HTTPTypes
import MartletCore
import MartletHTTP
import MartletTransport
import NIOCore
import Testing

/// Runs a server on a free port while `body` runs.
func withServer<Value: Sendable>(
    _ configure: (inout HTTPServer.Configuration) -> Void = { _ in },
    handler: @escaping @Sendable (Request, CallContext) async throws -> Response,
    _ body: @escaping @Sendable (_ base: String, _ port: Int) async throws -> Value
) async throws -> Value {
    var configuration = HTTPServer.Configuration(addresses: [.tcp("127.0.0.1", port: 0)])
    configure(&configuration)
    let server = HTTPServer(configuration, handler: ClosureHandler(handler))
    return try await withThrowingTaskGroup(of: Value?.self) { group in
        group.addTask {
            try await server.run()
            return nil
        }
        group.addTask {
            let port = try await server.boundAddresses().first?.port ?? 0
            return try await body("http://127.0.0.1:\(port)", port)
        }
        defer { group.cancelAll() }
        while let result = try await group.next() {
            if let result { return result }
        }
        throw CancellationError()
    }
}

@Suite("HTTP client")
struct HTTPClientTests {
    @Test("A request is answered, and its connection is used again")
    func requestIsAnswered() async throws {
        let client = HTTPClient()
        defer { client.shutdown() }
        try await withServer(
            handler: { request, _ in
                Response("you asked for \(request.target) from \(request.peer?.port ?? 0)")
            },
            { base, _ in
                var texts: Set<String> = []
                for _ in 0..<8 {
                    let response = try await client.get("\(base)/a?b=1")
                    texts.insert(String(buffer: try await response.body.collect(upTo: 100)))
                }
                #expect(texts.count <= 2)
            }
        )
    }

    @Test("A body streams both ways")
    func bodyStreams() async throws {
        let client = HTTPClient()
        defer { client.shutdown() }
        try await withServer(
            handler: { request, _ in
                let body = request.body
                return Response(
                    body: Body { writer in
                        for try await piece in body {
                            try await writer.write(piece)
                        }
                    }
                )
            },
            { base, _ in
                let response = try await client.post(
                    "\(base)/",
                    body: Body { writer in
                        for index in 0..<2000 {
                            try await writer.write(
                                ByteBuffer(repeating: UInt8(index % 251), count: 5000)
                            )
                        }
                    }
                )
                var count = 0
                for try await piece in response.body { count += piece.readableBytes }
                #expect(count == 10_000_000)
            }
        )
    }
}
