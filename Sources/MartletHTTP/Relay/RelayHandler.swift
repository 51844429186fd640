package import MartletCore

/// A handler that passes requests on to another service, and needs no task while it waits.
///
/// What waits for another service is nothing but a place to put its answer. A task for it, with
/// the frames of every layer, is a fifth of a gateway's own work; so a server hands a request
/// over with a ``RelayedCall`` to answer, and nothing runs until the answer has come.
package protocol RelayHandler: Handler
where Request == MartletHTTP.Request, Response == MartletHTTP.Response {
    /// Begins to answer a request.
    ///
    /// Called on the loop of the call, in a turn of it.
    ///
    /// - Parameters:
    ///   - request: The request.
    ///   - context: The context of the call.
    ///   - call: What is told the answer, once, on the same loop.
    /// - Throws: An error to answer with; `call` is then told nothing.
    func relay(
        _ request: MartletHTTP.Request,
        context: CallContext,
        call: RelayedCall
    ) throws
}

/// What sends requests for a ``RelayHandler``: a client, or layers around one.
package protocol RelayTransport: Sendable {
    /// Sends a request at once, on a connection of the current loop that is free.
    ///
    /// - Parameters:
    ///   - request: The request.
    ///   - context: Its deadline bounds the time to the response's head.
    ///   - receiver: Who is told the outcome, once, on the current loop.
    /// - Returns: What can be cancelled; nil when the request needs a task to be sent, in which
    ///   case nothing has been done.
    func begin(
        _ request: Request,
        context: CallContext,
        receiver: any ResponseReceiver
    ) -> ExchangeTicket?
}

/// Who is told the outcome of an exchange.
package protocol ResponseReceiver: AnyObject {
    /// The exchange has ended; called once, in the middle of the client's work.
    func received(_ result: Result<Response, any Error>)
}

/// A layer of a client that only adds to the request, so that it can do so without a task.
package protocol RequestEditor: Middleware<Request, Response> {
    /// Changes the request as the layer would.
    ///
    /// - Returns: Whether that is all that the layer does.
    func edit(_ request: inout MartletHTTP.Request, context: CallContext) -> Bool
}

extension Intercepted: RelayTransport
where Layer: RequestEditor, Next: RelayTransport, Next.Request == Request, Next.Response == Response
{
    package func begin(
        _ request: MartletHTTP.Request,
        context: CallContext,
        receiver: any ResponseReceiver
    ) -> ExchangeTicket? {
        var request = request
        guard layer.edit(&request, context: context) else { return nil }
        return next.begin(request, context: context, receiver: receiver)
    }
}
