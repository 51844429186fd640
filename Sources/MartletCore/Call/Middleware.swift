/// A layer around a ``Handler``: it may look at the request, change it, refuse it, call the next
/// handler once, several times or not at all, and look at or change the response.
///
/// One type serves every protocol and both directions: what is generic over `Request` and
/// `Response` (a deadline, a concurrency limit, a retry) is written once; what reads headers is
/// written against that protocol's types.
///
/// Layers are composed statically, so the compiler sees through them:
///
/// ```swift
/// struct Timing: Middleware {
///     func intercept(
///         _ request: String,
///         context: CallContext,
///         next: some Handler<String, String>
///     ) async throws -> String {
///         let start = ContinuousClock.now
///         defer { print(ContinuousClock.now - start) }
///         return try await next.handle(request, context: context)
///     }
/// }
/// ```
public protocol Middleware<Request, Response>: Sendable {
    /// What arrives.
    associatedtype Request: Sendable
    /// What is answered.
    associatedtype Response: Sendable

    /// Handles one call.
    ///
    /// - Parameters:
    ///   - request: The request as the layer outside left it.
    ///   - context: The call's deadline, identity and trace. A layer that changes it passes its
    ///     own copy to `next`.
    ///   - next: The rest of the stack.
    /// - Returns: The response for the layer outside.
    /// - Throws: Any error; layers outside may render it.
    func intercept(
        _ request: Request,
        context: CallContext,
        next: some Handler<Request, Response>
    ) async throws -> Response
}

/// A handler with one middleware around it.
public struct Intercepted<Layer: Middleware, Next: Handler>: Handler
where Layer.Request == Next.Request, Layer.Response == Next.Response {
    @usableFromInline package let layer: Layer
    @usableFromInline package let next: Next

    /// Puts `layer` around `next`.
    @inlinable
    public init(_ layer: Layer, around next: Next) {
        self.layer = layer
        self.next = next
    }

    /// Runs the layer, which calls the next handler.
    @inlinable
    public func handle(
        _ request: Next.Request,
        context: CallContext
    ) async throws -> Next.Response {
        try await layer.intercept(request, context: context, next: next)
    }
}

extension Handler {
    /// This handler with `layer` around it; the layer sees a request first.
    @inlinable
    public func intercepted<Layer: Middleware>(by layer: Layer) -> Intercepted<Layer, Self>
    where Layer.Request == Request, Layer.Response == Response {
        Intercepted(layer, around: self)
    }
}

/// Two middleware as one; `outer` sees a request first.
public struct Stacked<Outer: Middleware, Inner: Middleware>: Middleware
where Outer.Request == Inner.Request, Outer.Response == Inner.Response {
    @usableFromInline let outer: Outer
    @usableFromInline let inner: Inner

    /// Puts `outer` around `inner`.
    @inlinable
    public init(_ outer: Outer, around inner: Inner) {
        self.outer = outer
        self.inner = inner
    }

    /// Runs both layers.
    @inlinable
    public func intercept(
        _ request: Outer.Request,
        context: CallContext,
        next: some Handler<Outer.Request, Outer.Response>
    ) async throws -> Outer.Response {
        try await outer.intercept(
            request,
            context: context,
            next: Intercepted(inner, around: next)
        )
    }
}

extension Middleware {
    /// This layer around `inner`.
    @inlinable
    public func around<Inner: Middleware>(_ inner: Inner) -> Stacked<Self, Inner>
    where Inner.Request == Request, Inner.Response == Response {
        Stacked(self, around: inner)
    }
}
