import HTTPTypes
import InMemoryTracing
import MartletCore
import MartletHTTP
import ServiceContextModule
import Testing
import Tracing

@Suite struct TracingTests {
    private let parent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"

    /// What a client called by a handler sends on, without any tracer.
    private func forwarded(_ headers: Headers) async throws -> Headers {
        let client = ClosureHandler { (request: Request, _: CallContext) in
            Response(.ok, headers: request.headers)
        }.intercepted(by: ClientTracing(tracer: NoOpTracer()))
        let server = ServerTracing(tracer: NoOpTracer(), generator: TraceIDGenerator(seed: 1))
        return try await server.answer(Request(.get, "/", headers: headers)) { _, context in
            try await client.handle(Request(.get, "http://next/"), context: context)
        }.headers
    }

    @Test("without a tracer a valid trace goes from caller to callee unchanged")
    func passesOn() async throws {
        let sent = try await forwarded([.traceparent: parent, .tracestate: "a=1, b=2"])
        #expect(sent[.traceparent] == parent)
        #expect(sent[.tracestate] == "a=1,b=2")
    }

    @Test("a request without a valid trace begins one, not sampled, without the caller's state")
    func begins() async throws {
        for headers: Headers in [[:], [.traceparent: "junk", .tracestate: "a=1"]] {
            let sent = try await forwarded(headers)
            let context = try #require(TraceContext(traceparent: sent[.traceparent] ?? ""))
            #expect(!context.isSampled)
            #expect(sent[.tracestate] == nil)
        }
    }

    @Test("two traceparents are none")
    func twoParents() async throws {
        var headers: Headers = [.traceparent: parent]
        headers.append(parent, for: .traceparent)
        #expect(try await forwarded(headers)[.traceparent] != parent)
    }

    @Test("a tracestate that is malformed is dropped and the trace kept")
    func malformedState() async throws {
        let sent = try await forwarded([.traceparent: parent, .tracestate: "a=1,nothing"])
        #expect(sent[.traceparent] == parent)
        #expect(sent[.tracestate] == nil)
    }

    @Test("a tracestate is cut after whole members at 512 bytes and 32 members")
    func boundedState() async throws {
        let long = (0..<3).map { "k\($0)=" + String(repeating: "v", count: 253) }
        let cut = try await forwarded([
            .traceparent: parent, .tracestate: long.joined(separator: ","),
        ])
        #expect(cut[.tracestate] == long[0])
        let many = (0..<40).map { "k\($0)=v" }
        let few = try await forwarded([
            .traceparent: parent, .tracestate: many.joined(separator: ","),
        ])
        #expect(few[.tracestate] == many.prefix(32).joined(separator: ","))
    }

    @Test("a client replaces what its request carries, and sends nothing without a trace")
    func client() async throws {
        let layer = ClientTracing(tracer: NoOpTracer())
        let echo = { @Sendable (request: Request, _: CallContext) in
            Response(.ok, headers: request.headers)
        }
        let request = Request(.get, "http://next/", headers: [.traceparent: "old"])
        var context = CallContext()
        let untouched = try await layer.answer(request, context: context, with: echo)
        #expect(untouched.headers[.traceparent] == "old")
        context.trace.traceContext = TraceContext(traceparent: parent)
        let replaced = try await layer.answer(request, context: context, with: echo)
        #expect(replaced.headers.values(of: .traceparent) == [parent])
    }

    @Test("with a tracer a request is a server span, named by its route, parent of client spans")
    func spans() async throws {
        let tracer = InMemoryTracer()
        let client = ClosureHandler { (_: Request, _: CallContext) in Response(.notFound) }
            .intercepted(by: ClientTracing(tracer: tracer))
        var context = CallContext()
        context.scope = RecordingScope()
        _ = try await ServerTracing(tracer: tracer)
            .answer(Request(.get, "/users/42"), context: context) { _, context in
                context.scope?.setLabel(WorkLabel("GET /users/{id}"))
                #expect(ServiceContext.current?.inMemorySpanContext?.spanID == "span-1")
                return try await client.handle(Request(.get, "http://b/"), context: context)
            }
        let spans = tracer.finishedSpans
        #expect(spans.map(\.operationName) == ["GET", "GET /users/{id}"])
        #expect(spans.map(\.kind) == [.client, .server])
        #expect(spans.first?.parentSpanID == spans.last?.spanID)
        #expect(spans.last?.attributes["http.route"]?.toSpanAttribute() == .string("/users/{id}"))
        #expect(spans.first?.status?.code == .error)
        #expect(spans.last?.status == nil)
    }

    @Test("with a tracer a failure is recorded on the span, which ends")
    func failure() async throws {
        let tracer = InMemoryTracer()
        await #expect(throws: UnknownError.self) {
            try await ServerTracing(tracer: tracer).answer(Request(.get, "/")) { _, _ in
                throw UnknownError()
            }
        }
        let span = try #require(tracer.finishedSpans.first)
        #expect(span.errors.first?.error is UnknownError)
        #expect(span.status?.code == .error)
        #expect(tracer.activeSpans.isEmpty)
    }
}
