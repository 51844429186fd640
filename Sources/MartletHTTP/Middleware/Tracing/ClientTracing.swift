import HTTPTypes
public import MartletCore
import ServiceContextModule
public import Tracing

/// Sends the call's trace along with a client's request (W3C Trace Context).
///
/// With a tracer, the request is a span of kind `client` and the tracer writes the headers.
/// Without one, the `traceparent` and `tracestate` that ``ServerTracing`` found or made go on.
/// What the request carries already is replaced.
public struct ClientTracing: Middleware {
    private let tracer: (any Tracer)?

    /// Makes the layer.
    ///
    /// - Parameter tracer: What records spans; that of the instrumentation system when nil, which
    ///   therefore has to be bootstrapped before.
    public init(tracer: (any Tracer)? = nil) {
        self.tracer = ActiveTracer.find(tracer)
    }

    /// Sends the request as a part of the call's trace.
    public func intercept(
        _ request: Request,
        context: CallContext,
        next: some Handler<Request, Response>
    ) async throws -> Response {
        if let tracer {
            return try await record(request, context, with: tracer, next)
        }
        var request = request
        _ = edit(&request, context: context)
        return try await next.handle(request, context: context)
    }

    private func record(
        _ request: Request,
        _ context: CallContext,
        with tracer: some Tracer,
        _ next: some Handler<Request, Response>
    ) async throws -> Response {
        let span = tracer.startSpan(
            KnownMethod(request.method).name,
            context: context.trace,
            ofKind: .client
        )
        SpanRecording.describe(request, on: span, isServer: false)
        var request = request
        var context = context
        context.trace = span.context
        tracer.inject(span.context, into: &request.headers, using: HeadersInjector())
        do {
            let response = try await next.handle(request, context: context)
            SpanRecording.finish(span, status: response.status, isServer: false)
            return response
        } catch {
            SpanRecording.fail(span, error, isServer: false)
            throw error
        }
    }
}

extension ClientTracing: RequestEditor {
    /// Adds the trace that the call carries; false when there is a span to record.
    package func edit(_ request: inout Request, context: CallContext) -> Bool {
        guard tracer == nil else { return false }
        context.trace.traceContext?.write(to: &request.headers)
        return true
    }
}
