import HTTPTypes
public import MartletCore

/// Refuses requests whose content is longer than a limit, with `HTTPError` 413.
///
/// A request that declares its length is refused before any of its content is read. A stream
/// without a length fails for whoever reads past the limit. The server has a limit of its own for
/// everything; this layer narrows it for some routes.
public struct BodyLimit: Middleware {
    private let limit: Int

    /// Makes the layer.
    ///
    /// - Parameter limit: The most bytes of content; 2 MiB by default, which is plenty for what is
    ///   typed and little for what is uploaded.
    public init(_ limit: Int = 2 << 20) {
        precondition(limit >= 0, "a limit is not negative")
        self.limit = limit
    }

    /// Handles the request when its content is within the limit.
    public func intercept(
        _ request: Request,
        context: CallContext,
        next: some Handler<Request, Response>
    ) async throws -> Response {
        if let length = request.body.length {
            guard length <= limit else {
                request.body.discard()
                throw HTTPError.contentTooLarge(limit: limit)
            }
            return try await next.handle(request, context: context)
        }
        guard case .source(let source, _) = request.body.storage else {
            // A closure that writes was made in this process; it does not arrive from anywhere.
            return try await next.handle(request, context: context)
        }
        var request = request
        request.body = Body(
            storage: .source(LimitedSource(source, limit: limit), length: nil)
        )
        return try await next.handle(request, context: context)
    }
}
