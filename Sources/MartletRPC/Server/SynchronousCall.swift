import HTTPTypes
package import MartletCore
package import MartletHTTP

/// Answers one call of a method that does not suspend; no task is made for it.
struct SynchronousCall: SynchronousHandler {
    let service: RPCService
    let method: RPCMethods.Method

    func respond(to request: Request, context: CallContext) throws -> Response {
        var context = context
        let call: RPCCall
        do {
            try service.setDeadline(from: request, &context)
            call = try RPCCall(
                method: method.name,
                request: request,
                context: context,
                service: service
            )
        } catch {
            return service.refusal(for: error, method: method.name, context: context)
        }
        do {
            guard let answer = method.answer, let bytes = request.body.whole else {
                throw RPCError(.internal, "The method suspends.")
            }
            return try answer(bytes, call)
        } catch {
            return call.refusal(for: error)
        }
    }
}

extension RPCHandler: ResolvingHandler {
    /// A call whose message is here, of a method that does not suspend, needs no task.
    package func resolve(
        _ content: RequestContent,
        scope: (any CallScope)?
    ) -> ResolvedHandler? {
        guard content.method == .post, RPCFields.isContent(content.headers),
            let method = methods[content.target], method.answer != nil,
            content.body.whole != nil
        else { return nil }
        scope?.setLabel(method.label)
        return .synchronous(SynchronousCall(service: service, method: method))
    }
}
