import MartletCore

/// A handler with several synchronous layers around it, run in one step.
///
/// What a stack of asynchronous functions costs is not what its layers do but the suspension point
/// of each, at which the runtime asks every time where the task is to go on.
struct FusedHandler: Handler {
    typealias Layer = any SynchronousMiddleware<Request, Response>

    /// The layers, the outermost first.
    private let layers: [Layer]
    private let next: any Handler<Request, Response>
    /// The same layers one inside of the other, for calls that no transport carries: there a layer
    /// may have to suspend after all.
    private let nested: any Handler<Request, Response>

    init(
        _ layers: [Layer],
        around next: any Handler<Request, Response>,
        nested: any Handler<Request, Response>
    ) {
        self.layers = layers
        self.next = next
        self.nested = nested
    }

    func handle(_ request: Request, context: CallContext) async throws -> Response {
        guard context.scope != nil else {
            return try await nested.handle(request, context: context)
        }
        var context = context
        var opened = 0
        var response: Response
        do {
            if let early = try open(request, &context, &opened) {
                response = early
            } else {
                response = try await next.handle(request, context: context)
            }
        } catch {
            return try recover(from: error, opened, request, context)
        }
        close(&response, opened, request, context)
        return response
    }

    /// Opens the layers from outside to inside; counts in `opened` those that let the call in.
    private func open(
        _ request: Request,
        _ context: inout CallContext,
        _ opened: inout Int
    ) throws -> Response? {
        for layer in layers {
            if let early = try layer.open(request, context: &context) { return early }
            opened += 1
        }
        return nil
    }

    /// Closes the layers from inside to outside, those outside of `count`.
    private func close(
        _ response: inout Response,
        _ count: Int,
        _ request: Request,
        _ context: CallContext
    ) {
        var index = count
        while index > 0 {
            index -= 1
            layers[index].close(&response, request: request, context: context)
        }
    }

    /// Shows the error to the layers from inside to outside until one has an answer to it.
    private func recover(
        from error: any Error,
        _ count: Int,
        _ request: Request,
        _ context: CallContext
    ) throws -> Response {
        var error = error
        var index = count
        while index > 0 {
            index -= 1
            do {
                var response = try layers[index].recover(
                    from: error,
                    request: request,
                    context: context
                )
                close(&response, index, request, context)
                return response
            } catch let thrown {
                error = thrown
            }
        }
        throw error
    }
}

extension FusedHandler {
    /// `handler` with `layers` around it, the outermost first; neighbours that are synchronous are
    /// run in one step.
    static func wrap(
        _ handler: any Handler<Request, Response>,
        in layers: [any Middleware<Request, Response>]
    ) -> any Handler<Request, Response> {
        var wrapped = handler
        var run: [Layer] = []
        for layer in layers.reversed() {
            if let layer = layer as? Layer {
                run.insert(layer, at: 0)
            } else {
                wrapped = nest(layer, around: fuse(run, around: wrapped))
                run = []
            }
        }
        return fuse(run, around: wrapped)
    }

    private static func fuse(
        _ run: [Layer],
        around handler: any Handler<Request, Response>
    ) -> any Handler<Request, Response> {
        var nested = handler
        for layer in run.reversed() { nested = nest(layer, around: nested) }
        return run.count > 1 ? FusedHandler(run, around: handler, nested: nested) : nested
    }

    private static func nest(
        _ layer: some Middleware<Request, Response>,
        around handler: some Handler<Request, Response>
    ) -> any Handler<Request, Response> {
        Intercepted(layer, around: handler)
    }
}
