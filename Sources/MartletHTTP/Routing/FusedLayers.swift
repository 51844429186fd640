import MartletCore

/// Several synchronous layers, the outermost first.
struct FusedLayers: Sendable {
    typealias Layer = any SynchronousMiddleware<Request, Response>

    private let layers: [Layer]

    init(_ layers: [Layer]) {
        self.layers = layers
    }

    /// Opens the layers from outside to inside.
    ///
    /// - Parameters:
    ///   - request: The request.
    ///   - context: Takes what the layers change.
    ///   - opened: Counts the layers that let the call in.
    /// - Returns: The response of the layer that did not let it in, if one did not.
    /// - Throws: What a layer refuses the call with.
    func open(
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
    func close(
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
    func recover(
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
