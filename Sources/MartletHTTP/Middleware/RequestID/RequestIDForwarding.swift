import HTTPTypes
public import MartletCore

/// A client's layer that sends the call's identifier along in `X-Request-ID`.
///
/// A request that has the field already keeps it.
public struct RequestIDForwarding: Middleware {
    /// Makes the layer.
    public init() {}

    /// Adds `X-Request-ID` to the request when the call has an identifier.
    public func intercept(
        _ request: Request,
        context: CallContext,
        next: some Handler<Request, Response>
    ) async throws -> Response {
        guard let identifier = context.requestID, !request.headers.contains(.xRequestID) else {
            return try await next.handle(request, context: context)
        }
        var request = request
        request.headers.append(identifier, for: .xRequestID)
        return try await next.handle(request, context: context)
    }
}
