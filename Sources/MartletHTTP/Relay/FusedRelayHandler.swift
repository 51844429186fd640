import MartletCore

/// A relay with synchronous layers around it.
struct FusedRelayHandler: RelayHandler {
    private let layers: FusedLayers
    private let next: any RelayHandler
    /// The same with a task.
    private let fused: FusedHandler

    init(_ layers: FusedLayers, around next: any RelayHandler, fused: FusedHandler) {
        self.layers = layers
        self.next = next
        self.fused = fused
    }

    func relay(
        _ request: MartletHTTP.Request,
        context: CallContext,
        call: RelayedCall
    ) throws {
        assert(context.scope != nil, "Without a transport a layer may have to suspend.")
        var context = context
        var opened = 0
        do {
            if var early = try layers.open(request, &context, &opened) {
                layers.close(&early, opened, request, context)
                call.finish(.success(early))
                return
            }
            try next.relay(request, context: context, call: call)
        } catch {
            call.finish(.success(try layers.recover(from: error, opened, request, context)))
            return
        }
        call.open(
            OpenedLayers(layers: layers, count: opened, request: request, context: context)
        )
    }

    func handle(
        _ request: MartletHTTP.Request,
        context: CallContext
    ) async throws -> MartletHTTP.Response {
        try await fused.handle(request, context: context)
    }
}
