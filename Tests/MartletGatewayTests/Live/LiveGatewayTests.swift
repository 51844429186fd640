import HTTPTypes
import Logging
import MartletCore
import MartletGateway
import MartletHTTP
import MartletTransport
import NIOCore
import Synchronization
import Testing

@Suite("A gateway between sockets")
struct LiveGatewayTests {
    /// Serves on a free port while `body` runs.
    private func serving(
        _ handler: some Handler<Request, Response>,
        bodySize: Int = 16 * 1024 * 1024,
        _ body: @escaping @Sendable (_ address: String) async throws -> Void
    ) async throws {
        var configuration = HTTPServer.Configuration(addresses: [.tcp("127.0.0.1", port: 0)])
        configuration.limits.bodySize = bodySize
        let server = HTTPServer(configuration, handler: handler)
        try await withThrowingTaskGroup(of: Bool.self) { group in
            group.addTask {
                try await server.run()
                return false
            }
            group.addTask {
                let port = try await server.boundAddresses().first?.port ?? 0
                try await body("127.0.0.1:\(port)")
                return true
            }
            while let isDone = try await group.next(), !isDone {}
            group.cancelAll()
        }
    }

    private func gateway(
        _ configuration: GatewayConfiguration
    ) throws -> (routes: LiveRoutes, handler: Gateway<HTTPClient>) {
        let routes = LiveRoutes(try RoutingTable(configuration))
        let client = HTTPClient(
            Gateway<HTTPClient>.clientConfiguration(timeouts: configuration.timeouts)
        )
        return (routes, Gateway(routes, transport: client))
    }

    /// Sends `GET /` through a gateway to `upstream`, and gives the problem's status and type.
    private func problem(
        _ upstream: String,
        timeout: Duration = .seconds(10)
    ) async throws -> String {
        let (_, handler) = try gateway(.single(upstream) { $0.timeout = timeout })
        let seen = Seen()
        try await serving(handler) { address in
            let client = HTTPClient()
            let response = try await client.get("http://\(address)/")
            let text = String(buffer: try await response.body.collect(upTo: 10_000))
            let type = text.split(separator: "\"").first { $0.hasPrefix("urn:") } ?? ""
            seen.text.withLock { $0 = "\(response.status.code) \(type)" }
            client.shutdown()
        }
        return seen.text.withLock { $0 }
    }

    private final class Seen: Sendable {
        let text = Mutex("")
        let count = Atomic(0)
    }

    @Test("what an upstream is asked and answers passes through")
    func passThrough() async throws {
        let upstream = ClosureHandler<Request, Response> { request, _ in
            let body = String(buffer: try await request.body.collect(upTo: 1000))
            let origin = request.headers[.xForwardedFor] ?? "nobody"
            return Response(
                .accepted,
                headers: [.eTag: "\"1\"", .contentEncoding: "x-unknown"],
                body: Body("\(request.method) \(request.target) \(origin) \(body)")
            )
        }
        try await serving(upstream) { address in
            let (_, handler) = try gateway(
                .single(address) {
                    $0.path = "/api"
                    $0.rewrite = "/"
                }
            )
            try await serving(handler) { edge in
                let client = HTTPClient()
                defer { client.shutdown() }
                let response = try await client.post("http://\(edge)/api/x?y=1", body: Body("hi"))
                #expect(response.status == .accepted)
                #expect(response.headers[.eTag] == "\"1\"")
                let text = String(buffer: try await response.body.collect(upTo: 1000))
                #expect(text == "POST /x?y=1 127.0.0.1 hi")
                let head = try await client.send(Request(.head, "http://\(edge)/api/x"))
                #expect(head.status == .accepted)
                #expect(head.headers[.contentLength] == "\("HEAD /x 127.0.0.1 ".utf8.count)")
            }
        }
    }

    @Test("each way to fail has its status and its type")
    func failures() async throws {
        #expect(try await problem("127.0.0.1:1") == "503 urn:martlet:gateway:upstream-unreachable")
        try await withRawUpstream(.close) { address in
            let answer = try await problem(address)
            #expect(answer == "502 urn:martlet:gateway:upstream-closed")
        }
        try await withRawUpstream(.answer("SSH-2.0-sshd\r\n\r\n")) { address in
            let answer = try await problem(address)
            #expect(answer == "502 urn:martlet:gateway:upstream-malformed")
        }
        try await withRawUpstream(.ignore) { address in
            let answer = try await problem(address, timeout: .milliseconds(50))
            #expect(answer == "504 urn:martlet:gateway:upstream-timeout")
        }
    }

    @Test("an answer that breaks off is not passed on as whole")
    func truncation() async throws {
        let text = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\nnonsense\r\n"
        try await withRawUpstream(.answer(text)) { upstream in
            let (_, handler) = try gateway(.single(upstream))
            try await serving(handler) { address in
                let client = HTTPClient()
                defer { client.shutdown() }
                await #expect(throws: (any Error).self) {
                    let response = try await client.get("http://\(address)/")
                    _ = try await response.body.collect(upTo: 1000)
                }
            }
        }
    }

    @Test("64 MiB stream through in both directions at once, and nothing gathers them")
    func largeStreams() async throws {
        let echo = ClosureHandler<Request, Response> { request, _ in
            let body = request.body
            return Response(
                body: Body { writer in
                    for try await piece in body { try await writer.write(piece) }
                }
            )
        }
        let pieces = 1024
        let piece = ByteBuffer(repeating: 0x6D, count: 64 * 1024)
        try await serving(echo, bodySize: .max) { upstream in
            let (_, handler) = try gateway(.single(upstream))
            try await serving(handler, bodySize: .max) { edge in
                var configuration = HTTPClient.Configuration()
                configuration.responseBodySize = .max
                let client = HTTPClient(configuration)
                defer { client.shutdown() }
                let body = Body { writer in
                    for _ in 0..<pieces { try await writer.write(piece) }
                }
                let response = try await client.post("http://\(edge)/", body: body)
                var count = 0
                for try await received in response.body { count += received.readableBytes }
                #expect(count == pieces * piece.readableBytes)
            }
        }
    }

    private func named(_ name: String) -> ClosureHandler<Request, Response> {
        ClosureHandler { _, _ in
            await Task.yield()
            return Response(name)
        }
    }

    @Test("a reload under live load drops nothing")
    func reloadUnderLoad() async throws {
        let seen = Seen()
        try await serving(named("one")) { one in
            try await serving(named("two")) { two in
                let (routes, handler) = try gateway(.single(one))
                let tables = try [one, two].map { try RoutingTable(.single($0)) }
                try await serving(handler) { edge in
                    let client = HTTPClient()
                    defer { client.shutdown() }
                    try await withThrowingTaskGroup(of: Void.self) { group in
                        for _ in 0..<4 {
                            group.addTask {
                                for _ in 0..<100 {
                                    let response = try await client.get("http://\(edge)/")
                                    #expect(response.status == .ok)
                                    _ = try await response.body.collect(upTo: 10)
                                    seen.count.add(1, ordering: .relaxed)
                                }
                            }
                        }
                        group.addTask {
                            for turn in 0..<200 {
                                routes.replace(with: tables[turn % 2])
                                await Task.yield()
                            }
                        }
                        try await group.waitForAll()
                    }
                }
            }
        }
        #expect(seen.count.load(ordering: .relaxed) == 400)
    }

    @Test("a gateway with one upstream and no policy passes everything on")
    func oneUpstream() async throws {
        let hello = ClosureHandler<Request, Response> { request, _ in Response(request.target) }
        try await serving(hello) { upstream in
            let handler = try Gateway(upstream: upstream)
            try await serving(handler) { edge in
                let client = HTTPClient()
                defer { client.shutdown() }
                let response = try await client.get("http://\(edge)/-/health")
                let text = String(buffer: try await response.body.collect(upTo: 100))
                #expect(text == "/-/health")
            }
        }
        #expect(throws: GatewayConfigurationError.self) { try Gateway(upstream: "no/host") }
    }

    @Test("the whole stack answers, renders errors and names requests")
    func stack() async throws {
        let routes = LiveRoutes(try RoutingTable(.single("127.0.0.1:1") { $0.path = "/api" }))
        let server = GatewayServer.make(
            routes,
            at: .tcp("127.0.0.1", port: 0),
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        )
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await server.run() }
            let port = try await server.boundAddresses().first?.port ?? 0
            let client = HTTPClient()
            defer { client.shutdown() }
            let health = try await client.get("http://127.0.0.1:\(port)/-/health")
            #expect(health.status == .ok)
            let missing = try await client.get("http://127.0.0.1:\(port)/")
            #expect(missing.status == .notFound)
            #expect(missing.headers[.contentType] == "application/problem+json")
            #expect(missing.headers.contains(.xRequestID))
            let down = try await client.get("http://127.0.0.1:\(port)/api")
            #expect(down.status == .serviceUnavailable)
            var about = Request(.options, "http://127.0.0.1:\(port)/")
            about.target = "*"
            let answer = try await client.handle(about, context: CallContext())
            #expect(answer.status == .noContent)
            group.cancelAll()
        }
    }
}
