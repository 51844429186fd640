import HTTPTypes
public import MartletCore

/// Takes a client's requests to a server's handler in the same process.
///
/// It stands where an `HTTPClient` would, for tests and for services that share a process: bodies
/// stream both ways with backpressure, headers and trailers go along, and nothing else does. The
/// deadline, the trace and the identity of a call reach the handler only as far as a layer puts
/// them into fields.
///
/// ```swift
/// let client = RPCClient(InMemoryTransport(RPCHandler(methods)), at: "http://greeter")
/// ```
///
/// The handler runs in the task of whoever sends the request, and is cancelled with it. What it
/// throws is answered as by a server: an `HTTPError` by its response, anything else by 500.
public struct InMemoryTransport: Handler {
    private let handler: any Handler<Request, Response>

    /// Makes a transport to `handler`.
    public init(_ handler: any Handler<Request, Response>) {
        self.handler = handler
    }

    /// Has the handler answer.
    ///
    /// - Throws: What the request's own body throws while it is written; `CancellationError`.
    public func handle(_ request: Request, context: CallContext) async throws -> Response {
        var request = request
        let pipe = BodyPipe()
        if request.body.whole == nil { request.body = pipe.start(request.body) }
        if !request.authority.isEmpty, !request.headers.contains(.hostField) {
            request.headers.append(request.authority, for: .hostField)
        }
        var response: Response
        do {
            response = try await handler.handle(request, context: CallContext())
            if let failure = pipe.failure { throw failure }
            try Task.checkCancellation()
        } catch {
            if let failure = pipe.failure { throw failure }
            try Task.checkCancellation()
            response = (error as? HTTPError ?? HTTPError(.internalServerError)).response()
        }
        if response.body.whole == nil { response.body = BodyPipe().start(response.body) }
        return response
    }
}
