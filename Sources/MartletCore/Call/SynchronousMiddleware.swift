/// A middleware that looks at a call before and after the rest of the stack, and never suspends.
///
/// Most layers are of this kind. Write one by what it does on the way in and on the way out rather
/// than with ``Middleware/intercept(_:context:next:)``, and a router runs neighbours of this kind
/// in one step: a layer then costs two calls and no suspension point.
///
/// ```swift
/// struct ServerName: SynchronousMiddleware {
///     typealias Request = MartletHTTP.Request
///     typealias Response = MartletHTTP.Response
///
///     func close(_ response: inout Response, request: Request, context: CallContext) {
///         response.headers[.server] = "martlet"
///     }
/// }
/// ```
///
/// A layer keeps nothing between ``open(_:context:)`` and ``close(_:request:context:)`` but what it
/// puts into the context, which the layers inside of it see and change too.
public protocol SynchronousMiddleware<Request, Response>: Middleware {
    /// Looks at a request on its way in.
    ///
    /// Does nothing by default.
    ///
    /// - Parameters:
    ///   - request: The request.
    ///   - context: The call's context; what is changed holds for the layers inside.
    /// - Returns: A response to answer with at once; nil to go on.
    /// - Throws: Any error, to refuse the call; the layers outside see it.
    func open(_ request: Request, context: inout CallContext) throws -> Response?

    /// Looks at a response on its way out.
    ///
    /// Does nothing by default.
    ///
    /// Called for a call that this layer let in, once, unless ``recover(from:request:context:)``
    /// is.
    func close(_ response: inout Response, request: Request, context: CallContext)

    /// Looks at an error on its way out.
    ///
    /// Throws it on by default.
    ///
    /// - Returns: A response to answer with instead.
    /// - Throws: The error, or another in its place.
    func recover(
        from error: any Error,
        request: Request,
        context: CallContext
    ) throws -> Response
}

extension SynchronousMiddleware {
    /// Goes on.
    public func open(_ request: Request, context: inout CallContext) throws -> Response? { nil }

    /// Leaves the response as it is.
    public func close(_ response: inout Response, request: Request, context: CallContext) {}

    /// Throws the error on.
    public func recover(
        from error: any Error,
        request: Request,
        context: CallContext
    ) throws -> Response {
        throw error
    }

    /// Opens, calls the next handler, and closes or recovers.
    public func intercept(
        _ request: Request,
        context: CallContext,
        next: some Handler<Request, Response>
    ) async throws -> Response {
        var context = context
        if let response = try open(request, context: &context) { return response }
        do {
            var response = try await next.handle(request, context: context)
            close(&response, request: request, context: context)
            return response
        } catch {
            return try recover(from: error, request: request, context: context)
        }
    }
}
