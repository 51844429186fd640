import HTTPTypes
import MartletCore
import MartletGateway
import MartletHTTP
import MartletTransport
import NIOCore
import Synchronization
import Testing

@Suite("A gateway that waits without a task")
struct RelayTests {
    /// Serves on a free port while `body` runs.
    private func serving(
        _ handler: some Handler<Request, Response>,
        _ body: @escaping @Sendable (_ address: String) async throws -> Void
    ) async throws {
        let configuration = HTTPServer.Configuration(addresses: [.tcp("127.0.0.1", port: 0)])
        try await running(HTTPServer(configuration, handler: handler)) { port in
            try await body("127.0.0.1:\(port)")
        }
    }

    private func get(_ url: String, _ client: HTTPClient) async throws -> (Int, String) {
        let response = try await client.get(url)
        let text = String(buffer: try await response.body.collect(upTo: 10_000))
        return (response.status.code, text)
    }

    /// Sees calls out, and notes of each whether it has a task.
    private struct Observer: SynchronousMiddleware {
        typealias Request = MartletHTTP.Request
        typealias Response = MartletHTTP.Response

        final class Notes: Sendable {
            let closed = Mutex<[Bool]>([])
            let failed = Mutex<[String]>([])
        }

        let notes: Notes

        func close(_ response: inout Response, request: Request, context: CallContext) {
            let hasTask = withUnsafeCurrentTask { $0 != nil }
            notes.closed.withLock { $0.append(hasTask) }
            response.headers[.server] = "observed"
        }

        func recover(
            from error: any Error,
            request: Request,
            context: CallContext
        ) throws -> Response {
            notes.failed.withLock { $0.append("\(type(of: error)) \(context.isCancelled)") }
            throw error
        }
    }

    @Test("a request on a warm connection makes no task, and layers see its answer")
    func noTask() async throws {
        let hello = ClosureHandler<Request, Response> { request, _ in Response(request.target) }
        let notes = Observer.Notes()
        try await serving(hello) { upstream in
            let gateway = try Gateway(upstream: upstream)
            let layered = gateway.layered(by: [RequestID(), Observer(notes: notes)])
            try await serving(layered) { edge in
                let client = HTTPClient()
                defer { client.shutdown() }
                for turn in 0..<20 {
                    let response = try await client.get("http://\(edge)/\(turn)")
                    #expect(response.headers[.server] == "observed")
                    #expect(response.headers.contains(.xRequestID))
                    let text = String(buffer: try await response.body.collect(upTo: 100))
                    #expect(text == "/\(turn)")
                }
            }
        }
        let closed = notes.closed.withLock { $0 }
        #expect(closed.count == 20)
        // A loop's first request has to connect, which takes a task.
        #expect(closed.contains(false))
        #expect(closed.filter { $0 }.count <= EventLoops.shared.loops.count)
    }

    @Test("layers around layers each see a call out once")
    func layersTwice() async throws {
        let hello = ClosureHandler<Request, Response> { _, _ in Response("hello") }
        let (inner, outer) = (Observer.Notes(), Observer.Notes())
        try await serving(hello) { upstream in
            let once = try Gateway(upstream: upstream).layered(by: [Observer(notes: inner)])
            try await serving(once.layered(by: [Observer(notes: outer)])) { edge in
                let client = HTTPClient()
                defer { client.shutdown() }
                for _ in 0..<5 {
                    let answer = try await get("http://\(edge)/", client)
                    #expect(answer == (200, "hello"))
                }
            }
        }
        #expect(inner.closed.withLock { $0.count } == 5)
        #expect(outer.closed.withLock { $0.count } == 5)
    }

    /// Answers its first request, and then does as it is told.
    private struct Upstream: Handler {
        let second: @Sendable () async throws -> Response
        let count = Counter()

        final class Counter: Sendable {
            let value = Atomic(0)
        }

        func handle(_ request: Request, context: CallContext) async throws -> Response {
            let isFirst = count.value.add(1, ordering: .relaxed).oldValue == 0
            return isFirst ? Response("first") : try await second()
        }
    }

    @Test("a client that leaves has the upstream's exchange cancelled, and layers told")
    func clientLeaves() async throws {
        let started = AsyncStream<Void>.makeStream()
        let ended = AsyncStream<Void>.makeStream()
        let upstream = Upstream {
            started.continuation.finish()
            do {
                try await ContinuousClock().sleep(for: .seconds(60))
            } catch {
                ended.continuation.finish()
                throw error
            }
            return Response("late")
        }
        let notes = Observer.Notes()
        try await serving(upstream) { address in
            let gateway = try Gateway(upstream: address)
            try await serving(gateway.layered(by: [Observer(notes: notes)])) { edge in
                var configuration = HTTPClient.Configuration()
                configuration.connectionsPerOrigin = 1
                let loops = EventLoops(count: 1)
                let client = HTTPClient(configuration, loops: loops)
                #expect(try await get("http://\(edge)/", client) == (200, "first"))
                await withTaskGroup(of: Void.self) { group in
                    group.addTask { _ = try? await get("http://\(edge)/", client) }
                    for await _ in started.stream {}
                    group.cancelAll()
                }
                // The upstream's own call is cancelled, because its connection has closed.
                for await _ in ended.stream {}
                client.shutdown()
                try await loops.shutdown()
            }
        }
        #expect(notes.failed.withLock { $0 } == ["CancellationError true"])
    }

    @Test("a warm upstream that does not answer in time is 504, and its connection closes")
    func deadline() async throws {
        let upstream = Upstream {
            try await ContinuousClock().sleep(for: .seconds(60))
            return Response("late")
        }
        try await serving(upstream) { address in
            let table = try RoutingTable(.single(address) { $0.timeout = .seconds(2) })
            let routes = LiveRoutes(table)
            let transport = HTTPClient(Gateway<HTTPClient>.clientConfiguration())
            try await serving(Gateway(routes, transport: transport)) { edge in
                let loops = EventLoops(count: 1)
                let client = HTTPClient(loops: loops)
                #expect(try await get("http://\(edge)/", client) == (200, "first"))
                let (status, text) = try await get("http://\(edge)/", client)
                #expect(status == 504)
                #expect(text.contains("urn:martlet:gateway:upstream-timeout"))
                client.shutdown()
                try await loops.shutdown()
            }
        }
    }
}
