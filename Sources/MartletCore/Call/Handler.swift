/// Answers a request: the innermost part of a server, or the whole of a client.
///
/// A server calls its handler with what arrived; a client *is* a handler that sends the request
/// elsewhere. Because both are the same function, one ``Middleware`` serves both directions
/// (M. Eriksen, "Your Server as a Function", PLOS 2013).
///
/// A handler runs on the event loop of the connection that its request came on. It may suspend
/// for as long as it likes; it must not block or compute for long without suspending.
public protocol Handler<Request, Response>: Sendable {
    /// What arrives.
    associatedtype Request: Sendable
    /// What is answered.
    associatedtype Response: Sendable

    /// Answers one request.
    ///
    /// - Parameters:
    ///   - request: The request to answer.
    ///   - context: The deadline, identity and trace of the call; pass it on to every call made
    ///     on behalf of this one.
    /// - Returns: The response.
    /// - Throws: Any error; the protocol's server renders it. `CancellationError` when the peer
    ///   has gone or the deadline has passed.
    func handle(_ request: Request, context: CallContext) async throws -> Response
}

/// A handler made of a closure.
public struct ClosureHandler<Request: Sendable, Response: Sendable>: Handler {
    /// The shape of the closure.
    public typealias Body = @Sendable (Request, CallContext) async throws -> Response

    private let body: Body

    /// Makes a handler that calls `body` for every request.
    public init(_ body: @escaping Body) {
        self.body = body
    }

    /// Calls the closure.
    public func handle(_ request: Request, context: CallContext) async throws -> Response {
        try await body(request, context)
    }
}
