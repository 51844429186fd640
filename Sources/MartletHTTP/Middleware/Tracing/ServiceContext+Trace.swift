public import ServiceContextModule

extension ServiceContext {
    /// Where the call stands in its trace, as its caller has said or this server has begun it.
    ///
    /// Set by ``ServerTracing`` with any tracer and without one.
    public var traceContext: TraceContext? {
        get { self[TraceContextKey.self] }
        set { self[TraceContextKey.self] = newValue }
    }
}

private enum TraceContextKey: ServiceContextKey {
    typealias Value = TraceContext

    static var nameOverride: String? { "martlet-trace-context" }
}
