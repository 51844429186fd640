import HTTPTypes
public import MartletCore
import ServiceContextModule
public import Tracing

/// Continues the caller's trace through this server (W3C Trace Context; OpenTelemetry's names).
///
/// With a tracer, every request is a span of kind `server`, which is current (`ServiceContext`'s
/// task-local too) while the handler runs; it is named by its method and its route. The
/// tracer decides what it reads from and writes to headers.
///
/// Without a tracer, `traceparent` and `tracestate` are checked and passed on unchanged, as the
/// standard asks of who does not record (§4.3); a request without a valid one begins a trace that
/// nobody records, so that the logs of all services have the same `trace_id`.
///
/// Either way `CallContext.trace` carries it: pass the context on to every client, whose
/// ``ClientTracing`` sends it. The span ends when the response's head is ready.
public struct ServerTracing: Middleware {
    private let tracer: (any Tracer)?
    private let generator: TraceIDGenerator

    /// Makes the layer.
    ///
    /// - Parameter tracer: What records spans; that of the instrumentation system when nil, which
    ///   therefore has to be bootstrapped before.
    public init(tracer: (any Tracer)? = nil) {
        self.init(tracer: tracer, generator: .shared)
    }

    package init(tracer: (any Tracer)?, generator: TraceIDGenerator) {
        self.tracer = ActiveTracer.find(tracer)
        self.generator = generator
    }

    /// Handles the request as a part of its trace.
    public func intercept(
        _ request: Request,
        context: CallContext,
        next: some Handler<Request, Response>
    ) async throws -> Response {
        if let tracer {
            return try await record(request, context, with: tracer, next)
        }
        return try await TracePropagation(generator: generator)
            .intercept(request, context: context, next: next)
    }

    private func record(
        _ request: Request,
        _ context: CallContext,
        with tracer: some Tracer,
        _ next: some Handler<Request, Response>
    ) async throws -> Response {
        var context = context
        var parent = context.trace
        tracer.extract(request.headers, into: &parent, using: HeadersExtractor())
        let span = tracer.startSpan(
            KnownMethod(request.method).name,
            context: parent,
            ofKind: .server
        )
        SpanRecording.describe(request, on: span, isServer: true)
        context.trace = span.context
        context.trace.traceContext = Self.carried(span.context, by: tracer)
        do {
            let response = try await ServiceContext.withValue(context.trace) {
                try await next.handle(request, context: context)
            }
            let route = context.route(of: request)
            SpanRecording.name(span, route: route, method: request.method)
            SpanRecording.finish(span, status: response.status, isServer: true)
            return response
        } catch {
            let route = context.route(of: request)
            SpanRecording.name(span, route: route, method: request.method)
            SpanRecording.fail(span, error, isServer: true)
            throw error
        }
    }

    /// What the tracer would send on, read back, so that logs have the trace's identifier whatever
    /// the tracer keeps in its context.
    private static func carried(_ context: ServiceContext, by tracer: some Tracer) -> TraceContext?
    {
        var headers = Headers()
        tracer.inject(context, into: &headers, using: HeadersInjector())
        return TraceContext(headers)
    }
}

extension ServerTracing: ReducibleMiddleware {
    /// Without a tracer there is nothing to wait for.
    var synchronousLayer: FusedLayers.Layer? {
        tracer == nil ? TracePropagation(generator: generator) : nil
    }
}

/// Passes the caller's trace on, or begins one that nobody records.
private struct TracePropagation: SynchronousMiddleware {
    typealias Request = MartletHTTP.Request
    typealias Response = MartletHTTP.Response

    let generator: TraceIDGenerator

    func open(_ request: Request, context: inout CallContext) -> Response? {
        context.trace.traceContext = TraceContext(request.headers) ?? generator.makeContext()
        return nil
    }
}

/// Tells a tracer that records from the absence of one.
enum ActiveTracer {
    static func find(_ given: (any Tracer)?) -> (any Tracer)? {
        let tracer = given ?? InstrumentationSystem.tracer
        return tracer is NoOpTracer ? nil : tracer
    }
}
