import HTTPTypes
public import MartletCore
public import MartletTransport

/// An HTTP client: pooled per event loop, with deadlines and streaming both ways.
public final class HTTPClient: Handler {
    /// What a client needs to know.
    public struct Configuration: Sendable {
        /// Makes a configuration.
        public init() {}
    }

    /// Makes a client; it connects when it is used.
    public init(_ configuration: Configuration = Configuration(), loops: EventLoops = .shared) {}

    /// Sends a request and returns the response's head; the body may still be arriving.
    ///
    /// The request's scheme and authority say where to send it.
    public func handle(_ request: Request, context: CallContext) async throws -> Response {
        Response(.badGateway)
    }

    /// Sends a request outside any call.
    public func send(_ request: Request) async throws -> Response {
        try await handle(request, context: CallContext())
    }
}
