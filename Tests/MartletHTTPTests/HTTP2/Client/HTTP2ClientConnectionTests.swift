import HTTPTypes
import MartletCore
import MartletTransport
import NIOCore
import Synchronization
import TestAuthority
import Testing

@testable import MartletHTTP

/// Runs `body` with a client on one loop that speaks HTTP/2 with prior knowledge.
func withHTTP2Client(
    _ configure: (inout HTTPClient.Configuration) throws -> Void = { _ in },
    _ body: (HTTPClient) async throws -> Void
) async throws {
    var configuration = HTTPClient.Configuration()
    configuration.http2 = .always
    try configure(&configuration)
    let loops = EventLoops(count: 1)
    let client = HTTPClient(configuration, loops: loops)
    let result: Result<Void, any Error>
    do {
        try await body(client)
        result = .success(())
    } catch {
        result = .failure(error)
    }
    client.shutdown()
    try await loops.shutdown()
    try result.get()
}

extension Response {
    /// The content as text.
    fileprivate var text: String {
        get async throws { String(buffer: try await body.collect(upTo: 1 << 20)) }
    }
}

@Suite("HTTP/2 client: exchanges with a server", .timeLimit(.minutes(1)))
struct HTTP2ClientConnectionTests {
    /// The port that the server sees: the connection.
    private static let port: @Sendable (Request, CallContext) async throws -> Response = {
        request,
        _ in Response("\(request.peer?.port ?? 0)")
    }

    @Test("requests that are made at once share one connection")
    func sharing() async throws {
        try await withServer(handler: Self.port) { base, _ in
            try await withHTTP2Client { client in
                let ports = try await withThrowingTaskGroup(of: String.self) { group in
                    for _ in 0..<64 {
                        group.addTask { try await client.get("\(base)/").text }
                    }
                    return try await group.reduce(into: Set<String>()) { $0.insert($1) }
                }
                #expect(ports.count == 1)
            }
        }
    }

    /// Sends `count` requests that the server answers when all are there that can be.
    private func connections(
        for count: Int,
        streams: Int,
        connectionsPerOrigin: Int
    ) async throws -> Int {
        let arrived = Mutex(0)
        let expected = min(count, streams * connectionsPerOrigin)
        let ports = Mutex<Set<Int>>([])
        let handler: @Sendable (Request, CallContext) async throws -> Response = { request, _ in
            _ = ports.withLock { $0.insert(request.peer?.port ?? 0) }
            arrived.withLock { $0 += 1 }
            while arrived.withLock({ $0 < expected }) {
                try await Task.sleep(for: .milliseconds(5))
            }
            return Response("ok")
        }
        let configure = { (server: inout HTTPServer.Configuration) in
            server.http2Limits.concurrentStreams = streams
        }
        try await withServer(configure, handler: handler) { base, _ in
            try await withHTTP2Client {
                $0.connectionsPerOrigin = connectionsPerOrigin
            } _: { client in
                // The server's SETTINGS are here before the others are sent.
                arrived.withLock { $0 = expected }
                _ = try await client.get("\(base)/").text
                arrived.withLock { $0 = 0 }
                try await withThrowingTaskGroup(of: Void.self) { group in
                    for _ in 0..<count {
                        group.addTask {
                            let text = try await client.get("\(base)/").text
                            #expect(text == "ok")
                        }
                    }
                    try await group.waitForAll()
                }
            }
        }
        return ports.withLock { $0.count }
    }

    @Test("another connection is opened when the streams of one run out")
    func anotherConnection() async throws {
        #expect(try await connections(for: 25, streams: 10, connectionsPerOrigin: 8) == 3)
    }

    @Test("requests wait in line when there are no streams and no room for a connection")
    func line() async throws {
        #expect(try await connections(for: 50, streams: 4, connectionsPerOrigin: 1) == 1)
    }

    @Test("content streams both ways at once, through windows that are smaller than it")
    func streaming() async throws {
        try await withServer { request, _ in
            Response(body: Body(streaming: request.body))
        } _: { base, _ in
            try await withHTTP2Client { client in
                let response = try await client.post(
                    "\(base)/",
                    body: Body { writer in
                        for number in 0..<2000 {
                            try await writer.write(
                                ByteBuffer(repeating: UInt8(number % 251), count: 5000)
                            )
                        }
                    }
                )
                var (count, sum) = (0, 0)
                for try await piece in response.body {
                    count += piece.readableBytes
                    sum += piece.readableBytesView.reduce(0) { $0 + Int($1) }
                }
                #expect(count == 10_000_000)
                #expect(sum == (0..<2000).reduce(0) { $0 + $1 % 251 * 5000 })
            }
        }
    }

    @Test("pieces of all sizes pass buffers of a few hundred bytes, whatever the readers' pace")
    func unevenPieces() async throws {
        let handler: @Sendable (Request, CallContext) async throws -> Response = { request, _ in
            let body = request.body
            return Response(
                body: Body { writer in
                    for try await piece in body {
                        if piece.readableBytes % 3 == 0 { await Task.yield() }
                        try await writer.write(piece)
                    }
                }
            )
        }
        let configure = { (server: inout HTTPServer.Configuration) in
            server.limits.bodyBufferSize = 1000
            server.http2Limits.streamWindowSize = 4000
            server.http2Limits.largestStreamWindowSize = 4000
        }
        try await withServer(configure, handler: handler) { base, _ in
            try await withHTTP2Client {
                $0.bodyBufferSize = 700
                $0.http2Limits.streamWindowSize = 3000
                $0.http2Limits.largestStreamWindowSize = 3000
            } _: { client in
                let body = Body { writer in
                    for number in 0..<4000 {
                        let size = 1 + number * 7919 % 601
                        try await writer.write(ByteBuffer(repeating: 1, count: size))
                        if number % 5 == 0 { await Task.yield() }
                    }
                }
                let response = try await client.post("\(base)/", body: body)
                var count = 0
                for try await piece in response.body {
                    count += piece.readableBytes
                    if count % 4 == 0 { await Task.yield() }
                }
                #expect(count == (0..<4000).reduce(0) { $0 + 1 + $1 * 7919 % 601 })
            }
        }
    }

    @Test("a body that is whole and larger than the windows arrives, with a length and trailers")
    func wholeBody() async throws {
        try await withServer { request, _ in
            let count = try await request.body.collect(upTo: 4 << 20).readableBytes
            return Response(
                headers: [HTTPField.Name(known: "x-length"): request.headers[.contentLength] ?? ""],
                body: Body(
                    ByteBuffer(string: "\(count)"),
                    trailers: [HTTPField.Name(known: "x-end"): "yes"]
                )
            )
        } _: { base, _ in
            try await withHTTP2Client { client in
                let bytes = ByteBuffer(repeating: 1, count: 3_000_000)
                let response = try await client.post("\(base)/", body: Body(bytes))
                #expect(response.headers[HTTPField.Name(known: "x-length")] == "3000000")
                #expect(try await response.text == "3000000")
                #expect(response.body.trailers == [HTTPField.Name(known: "x-end"): "yes"])
            }
        }
    }

    @Test("a response without content is whole, and that of HEAD may have a length")
    func noContent() async throws {
        try await withServer { request, _ in
            request.method == .head ? Response("hello") : Response(.noContent)
        } _: { base, _ in
            try await withHTTP2Client { client in
                let head = try await client.send(Request(.head, "\(base)/"))
                #expect(head.headers[.contentLength] == "5" && head.body.whole?.readableBytes == 0)
                let none = try await client.get("\(base)/")
                #expect(none.status == .noContent && none.body.whole?.readableBytes == 0)
            }
        }
    }

    @Test("a deadline ends its own stream, at the server too, and no other")
    func deadline() async throws {
        let cancelled = Mutex(0)
        try await withServer { request, _ in
            guard request.path == "/late" else {
                return try await Self.port(request, CallContext())
            }
            do {
                try await Task.sleep(for: .seconds(600))
            } catch {
                cancelled.withLock { $0 += 1 }
                throw error
            }
            return Response("late")
        } _: { base, _ in
            try await withHTTP2Client { client in
                let before = try await client.get("\(base)/").text
                let deadline = ContinuousClock.now + .milliseconds(50)
                let error = await #expect(throws: HTTPClientError.self) {
                    try await client.handle(
                        Request(.get, "\(base)/late"),
                        context: CallContext(deadline: deadline)
                    )
                }
                #expect(error?.code == .deadlineExceeded)
                #expect(try await client.get("\(base)/").text == before)
                while cancelled.withLock({ $0 == 0 }) {
                    try await Task.sleep(for: .milliseconds(5))
                }
            }
        }
    }

    @Test("a body that nobody reads any more is ended at the server")
    func abandonedBody() async throws {
        let isCancelled = Mutex(false)
        try await withServer { _, _ in
            Response(
                body: Body { writer in
                    do {
                        while true { try await writer.write(ByteBuffer(repeating: 0, count: 9000)) }
                    } catch {
                        isCancelled.withLock { $0 = true }
                        throw error
                    }
                }
            )
        } _: { base, _ in
            try await withHTTP2Client { client in
                let response = try await client.get("\(base)/")
                response.body.discard()
                while !isCancelled.withLock({ $0 }) {
                    try await Task.sleep(for: .milliseconds(5))
                }
            }
        }
    }

    @Test("a response that comes before the request has been sent ends the request")
    func earlyResponse() async throws {
        try await withServer { request, _ in
            guard request.method == .post else {
                return try await Self.port(request, CallContext())
            }
            return Response(.forbidden)
        } _: { base, _ in
            try await withHTTP2Client { client in
                let before = try await client.get("\(base)/").text
                let response = try await client.post(
                    "\(base)/",
                    body: Body { writer in
                        while true { try await writer.write(ByteBuffer(repeating: 0, count: 9000)) }
                    }
                )
                #expect(response.status == .forbidden)
                #expect(try await client.get("\(base)/").text == before)
            }
        }
    }

    @Test("over TLS, ALPN chooses between HTTP/2 and HTTP/1.1", arguments: [true, false])
    func negotiation(isOffered: Bool) async throws {
        let authority = try TestAuthority()
        let tls = try ServerTLS(
            authority.issue(["localhost"], address: [127, 0, 0, 1]),
            applicationProtocols: isOffered ? ["h2", "http/1.1"] : ["http/1.1"]
        )
        let handler: @Sendable (Request, CallContext) async throws -> Response = { request, _ in
            // The wait keeps connections of HTTP/1.1 busy.
            try await Task.sleep(for: .milliseconds(20))
            return try await Self.port(request, CallContext())
        }
        let configure = { (server: inout HTTPServer.Configuration) in server.tls = tls }
        try await withServer(configure, handler: handler) { _, port in
            try await withHTTP2Client {
                $0.http2 = .negotiated
                $0.tls = try ClientTLS(
                    trust: authority.trust,
                    applicationProtocols: HTTP2Use.negotiated.applicationProtocols
                )
            } _: { client in
                let ports = try await withThrowingTaskGroup(of: String.self) { group in
                    for _ in 0..<8 {
                        group.addTask { try await client.get("https://127.0.0.1:\(port)/").text }
                    }
                    return try await group.reduce(into: Set<String>()) { $0.insert($1) }
                }
                #expect(isOffered ? ports.count == 1 : ports.count > 1)
            }
            try await withHTTP2Client {
                $0.tls = try ClientTLS(trust: authority.trust, applicationProtocols: ["h2"])
            } _: { client in
                guard !isOffered else {
                    _ = try await client.get("https://127.0.0.1:\(port)/").text
                    return
                }
                let error = await #expect(throws: HTTPClientError.self) {
                    try await client.get("https://127.0.0.1:\(port)/")
                }
                #expect(error?.code == .connectFailed && error?.isUnsent == true)
            }
        }
    }

    @Test("a response that is over the limit is refused, and the connection goes on")
    func tooLarge() async throws {
        try await withServer { request, _ in
            switch request.path {
            case "/known": Response(body: Body(ByteBuffer(repeating: 0, count: 2000)))
            case "/unknown":
                Response(
                    body: Body { try await $0.write(ByteBuffer(repeating: 0, count: 2000)) }
                )
            default: try await Self.port(request, CallContext())
            }
        } _: { base, _ in
            try await withHTTP2Client {
                $0.responseBodySize = 1000
            } _: { client in
                let before = try await client.get("\(base)/").text
                for path in ["known", "unknown"] {
                    let error = await #expect(throws: HTTPClientError.self) {
                        _ = try await client.get("\(base)/\(path)").text
                    }
                    #expect(error?.code == .responseTooLarge)
                }
                #expect(try await client.get("\(base)/").text == before)
            }
        }
    }
}
