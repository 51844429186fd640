import MartletCore
import MartletHTTP

extension Middleware {
    /// What the layer makes of a handler's answer.
    func answer(
        _ request: Request,
        context: CallContext = CallContext(),
        with handler: @escaping @Sendable (Request, CallContext) async throws -> Response
    ) async throws -> Response {
        try await ClosureHandler(handler)
            .intercepted(by: self)
            .handle(request, context: context)
    }
}
