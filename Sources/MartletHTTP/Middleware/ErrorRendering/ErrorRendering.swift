import HTTPTypes
public import Logging
public import MartletCore

/// Turns what is thrown into a response.
///
/// - An ``HTTPError`` becomes its `application/problem+json`; one of the server's (5xx) is logged
///   at level `error` with its chain of causes, one of the client's at `debug`, and so the 504
///   of a call for which its caller's own deadline was too short (``Deadline``).
/// - A `CancellationError` is answered with 499 when the call's task is cancelled, which means
///   that the peer has gone and nobody will read it, and with 503 when it is not: then part of the
///   handler gave up.
/// - Anything else is logged whole at level `error` and answered with a bare 500 that says nothing
///   of it.
///
/// The server does the same with what reaches it. Put this layer inside of those that look at the
/// response, such as the access log, metrics, ``CORS`` and compression.
public struct ErrorRendering: SynchronousMiddleware {
    /// What arrives.
    public typealias Request = MartletHTTP.Request
    /// What is answered.
    public typealias Response = MartletHTTP.Response

    private let logger: Logger

    /// Makes the layer.
    ///
    /// - Parameter logger: Where the server's own errors go.
    public init(logger: Logger = Logger(label: "martlet.http.error")) {
        self.logger = logger
    }

    /// Answers instead of throwing.
    public func recover(
        from error: any Error,
        request: Request,
        context: CallContext
    ) throws -> Response {
        response(for: error, request: request, context: context)
    }

    private func response(
        for error: any Error,
        request: Request,
        context: CallContext
    ) -> Response {
        if let error = error as? HTTPError {
            log(error.status.isServersFailure ? .error : .debug, error, request, context)
            return error.response()
        }
        guard error is CancellationError else {
            log(.error, error, request, context)
            return HTTPError(.internalServerError).response()
        }
        guard context.isCancelled else {
            log(.error, error, request, context)
            return HTTPError(.serviceUnavailable).response()
        }
        log(.debug, error, request, context)
        return Response(.clientClosedRequest)
    }

    private func log(
        _ level: Logger.Level,
        _ error: any Error,
        _ request: Request,
        _ context: CallContext
    ) {
        logger.log(
            level: level,
            "The request failed.",
            metadata: [
                "error": "\(error)",
                "error_type": "\(type(of: error))",
                "method": "\(request.method.rawValue)",
                "path": "\(request.path)",
                "request_id": "\(context.requestID ?? "")",
            ]
        )
    }
}
