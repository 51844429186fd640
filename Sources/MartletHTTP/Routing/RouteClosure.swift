import MartletCore

/// A handler made of a closure whose result becomes a response.
struct RouteClosure<Output: ResponseConvertible>: Handler {
    private let answer: @Sendable (Request, CallContext) async throws -> Output

    init(_ answer: @escaping @Sendable (Request, CallContext) async throws -> Output) {
        self.answer = answer
    }

    func handle(_ request: Request, context: CallContext) async throws -> Response {
        try await answer(request, context).response(to: request)
    }
}

/// A handler made of a closure that does not suspend.
struct SynchronousRouteClosure<Output: ResponseConvertible>: SynchronousHandler {
    private let answer: @Sendable (Request, CallContext) throws -> Output

    init(_ answer: @escaping @Sendable (Request, CallContext) throws -> Output) {
        self.answer = answer
    }

    func respond(to request: Request, context: CallContext) throws -> Response {
        try answer(request, context).response(to: request)
    }
}
