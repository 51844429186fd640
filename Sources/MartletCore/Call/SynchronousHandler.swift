/// A handler that answers without suspending.
///
/// Most handlers of a service that answers from memory are of this kind. A server runs one on the
/// connection's event loop without making a task for the call; everything else about it is as for
/// any other ``Handler``. It must not block.
///
/// A closure without `await` that is registered with a router is one; nobody has to name this type
/// for that.
public protocol SynchronousHandler<Request, Response>: Handler {
    /// What arrives.
    associatedtype Request
    /// What is answered.
    associatedtype Response

    /// Answers one request, now.
    ///
    /// - Parameters:
    ///   - request: The request to answer.
    ///   - context: The deadline, identity and trace of the call.
    /// - Returns: The response.
    /// - Throws: Any error; the protocol's server renders it.
    func respond(to request: Request, context: CallContext) throws -> Response
}

extension SynchronousHandler {
    /// Answers as ``respond(to:context:)`` does.
    public func handle(_ request: Request, context: CallContext) async throws -> Response {
        try respond(to: request, context: context)
    }
}
