import HTTPTypes
import MartletHTTP

/// What becomes of a request that got no response from an upstream.
///
/// | problem type (`urn:martlet:gateway:…`) | status | when |
/// |---|---|---|
/// | `upstream-unreachable` | 503, `Retry-After` | no connection could be made |
/// | `upstream-busy` | 503, `Retry-After` | too many requests wait for a connection already |
/// | `upstream-connect-timeout` | 504 | no connection was made in time |
/// | `upstream-timeout` | 504 | no response came before the deadline |
/// | `upstream-closed` | 502 | the connection broke before a response came |
/// | `upstream-malformed` | 502 | the response breaks HTTP's rules, or a limit |
enum UpstreamFailure {
    /// The seconds after which a client may try again.
    private static let retryAfter: Headers = [.retryAfter: "1"]

    /// The error to answer with.
    static func error(_ cause: HTTPClientError) -> HTTPError {
        switch cause.code {
        case .connectFailed:
            problem(
                .serviceUnavailable,
                "upstream-unreachable",
                "The service cannot be reached.",
                retryAfter,
                cause
            )
        case .tooManyWaiting, .shutDown:
            problem(
                .serviceUnavailable,
                "upstream-busy",
                "The service is busy.",
                retryAfter,
                cause
            )
        case .connectTimeout:
            problem(
                .gatewayTimeout,
                "upstream-connect-timeout",
                "The service did not accept a connection in time.",
                Headers(),
                cause
            )
        case .deadlineExceeded:
            problem(
                .gatewayTimeout,
                "upstream-timeout",
                "The service did not answer in time.",
                Headers(),
                cause
            )
        case .malformedResponse, .responseTooLarge, .invalidRequest, .tooManyRedirects:
            problem(
                .badGateway,
                "upstream-malformed",
                "The service's answer cannot be understood.",
                Headers(),
                cause
            )
        default:
            problem(
                .badGateway,
                "upstream-closed",
                "The service broke off before it answered.",
                Headers(),
                cause
            )
        }
    }

    /// The error for a response that switches protocols without being asked to.
    static func unasked(_ status: HTTPResponse.Status) -> HTTPError {
        problem(
            .badGateway,
            "upstream-malformed",
            "The service answered \(status.code), which nobody asked for.",
            Headers(),
            nil
        )
    }

    /// Whether the request may be sent to another upstream.
    ///
    /// Always when nothing of it can have been acted upon; and when it may be done twice (RFC 9110
    /// §9.2.2), the connection broke, and its content is all here to be sent again.
    static func mayRepeat(_ request: Request, after cause: HTTPClientError) -> Bool {
        if cause.isUnsent { return true }
        guard cause.code == .connectionClosed, request.body.whole != nil else { return false }
        switch request.method {
        case .get, .head, .options, .put, .delete: return true
        default: return false
        }
    }

    private static func problem(
        _ status: HTTPResponse.Status,
        _ type: String,
        _ detail: String,
        _ headers: Headers,
        _ cause: HTTPClientError?
    ) -> HTTPError {
        HTTPError(
            status,
            detail: detail,
            type: "urn:martlet:gateway:\(type)",
            headers: headers,
            cause: cause
        )
    }
}
