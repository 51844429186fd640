package import MartletCore

/// A handler with several synchronous layers around it, run in one step.
///
/// What a stack of asynchronous functions costs is not what its layers do but the suspension point
/// of each, at which the runtime asks every time where the task is to go on.
struct FusedHandler: Handler {
    private let layers: FusedLayers
    private let next: any Handler<Request, Response>
    /// The same layers one inside of the other, for calls that no transport carries: there a layer
    /// may have to suspend after all.
    private let nested: any Handler<Request, Response>

    init(
        _ layers: FusedLayers,
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
            if let early = try layers.open(request, &context, &opened) {
                response = early
            } else {
                response = try await next.handle(request, context: context)
            }
        } catch {
            return try layers.recover(from: error, opened, request, context)
        }
        layers.close(&response, opened, request, context)
        return response
    }
}

/// A handler that does not suspend, with synchronous layers around it.
struct FusedSynchronousHandler: SynchronousHandler {
    private let layers: FusedLayers
    private let next: any SynchronousHandler<Request, Response>
    /// The same layers one inside of the other, for calls that no transport carries.
    private let nested: any Handler<Request, Response>

    init(
        _ layers: FusedLayers,
        around next: any SynchronousHandler<Request, Response>,
        nested: any Handler<Request, Response>
    ) {
        self.layers = layers
        self.next = next
        self.nested = nested
    }

    /// Called for a call that a transport carries.
    func respond(to request: Request, context: CallContext) throws -> Response {
        assert(context.scope != nil, "Without a transport a layer may have to suspend.")
        var context = context
        var opened = 0
        var response: Response
        do {
            if let early = try layers.open(request, &context, &opened) {
                response = early
            } else {
                response = try next.respond(to: request, context: context)
            }
        } catch {
            return try layers.recover(from: error, opened, request, context)
        }
        layers.close(&response, opened, request, context)
        return response
    }

    func handle(_ request: Request, context: CallContext) async throws -> Response {
        guard context.scope != nil else {
            return try await nested.handle(request, context: context)
        }
        return try respond(to: request, context: context)
    }
}

// MARK: - Putting layers around a handler

extension FusedHandler {
    /// `handler` with `layers` around it, the outermost first; neighbours that are synchronous are
    /// run in one step.
    static func wrap(
        _ handler: any Handler<Request, Response>,
        in layers: [any Middleware<Request, Response>]
    ) -> any Handler<Request, Response> {
        var wrapped = handler
        var run: [FusedLayers.Layer] = []
        for layer in layers.reversed() {
            let reduced = (layer as? any ReducibleMiddleware)?.synchronousLayer
            if let layer = reduced ?? layer as? FusedLayers.Layer {
                run.insert(layer, at: 0)
            } else {
                wrapped = nest(layer, around: fuse(run, around: wrapped))
                run = []
            }
        }
        return fuse(run, around: wrapped)
    }

    private static func fuse(
        _ run: [FusedLayers.Layer],
        around handler: any Handler<Request, Response>
    ) -> any Handler<Request, Response> {
        guard !run.isEmpty else { return handler }
        var nested = handler
        for layer in run.reversed() { nested = nest(layer, around: nested) }
        let layers = FusedLayers(run)
        if let handler = handler as? any SynchronousHandler<Request, Response> {
            return FusedSynchronousHandler(layers, around: handler, nested: nested)
        }
        let fused = FusedHandler(layers, around: handler, nested: nested)
        if let relay = handler as? any RelayHandler {
            return FusedRelayHandler(layers, around: relay, fused: fused)
        }
        return run.count > 1 ? fused : nested
    }

    private static func nest(
        _ layer: some Middleware<Request, Response>,
        around handler: some Handler<Request, Response>
    ) -> any Handler<Request, Response> {
        Intercepted(layer, around: handler)
    }
}

extension Handler where Request == MartletHTTP.Request, Response == MartletHTTP.Response {
    /// This handler with `layers` around it, the outermost first; neighbours that do not suspend
    /// are run in one step.
    package func layered(
        by layers: [any Middleware<Request, Response>]
    ) -> any Handler<Request, Response> {
        FusedHandler.wrap(self, in: layers)
    }
}

/// A layer that, as it is set up, may turn out not to suspend.
protocol ReducibleMiddleware: Middleware<Request, Response> {
    /// The same layer, when it does not suspend.
    var synchronousLayer: FusedLayers.Layer? { get }
}
