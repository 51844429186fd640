/// A request got no response.
public struct HTTPClientError: Error, Sendable {
    /// What kind of failure it is.
    public struct Code: Hashable, Sendable, CustomStringConvertible {
        /// The code's name.
        public let description: String

        /// The request cannot be sent as it is: no authority, or an unknown scheme.
        public static let invalidRequest = Code(description: "invalidRequest")
        /// No connection could be made: refused, unreachable, unknown name, TLS.
        public static let connectFailed = Code(description: "connectFailed")
        /// No connection was made in time.
        public static let connectTimeout = Code(description: "connectTimeout")
        /// Too many requests wait for a connection already.
        public static let tooManyWaiting = Code(description: "tooManyWaiting")
        /// The connection broke before the response was complete.
        public static let connectionClosed = Code(description: "connectionClosed")
        /// The server ended the exchange, over HTTP/2, before its response was complete.
        public static let streamReset = Code(description: "streamReset")
        /// The deadline passed before the response came.
        public static let deadlineExceeded = Code(description: "deadlineExceeded")
        /// The response breaks HTTP's rules, or a limit on heads.
        public static let malformedResponse = Code(description: "malformedResponse")
        /// The response's body is over ``HTTPClient/Configuration/responseBodySize``.
        public static let responseTooLarge = Code(description: "responseTooLarge")
        /// The response redirects more often than is followed.
        public static let tooManyRedirects = Code(description: "tooManyRedirects")
        /// The client was shut down.
        public static let shutDown = Code(description: "shutDown")
    }

    /// What kind of failure it is.
    public let code: Code
    /// What happened, in a sentence.
    public let message: String
    /// Whether nothing of the request can have been acted upon, so that sending it again is safe
    /// whatever its method.
    public let isUnsent: Bool
    /// What led to it.
    public let cause: (any Error)?

    package init(
        _ code: Code,
        _ message: String,
        isUnsent: Bool = false,
        cause: (any Error)? = nil
    ) {
        self.code = code
        self.message = message
        self.isUnsent = isUnsent
        self.cause = cause
    }
}

extension HTTPClientError {
    /// A connection was lost before it was used.
    static let closedBeforeUse = HTTPClientError(
        .connectionClosed,
        "The connection closed before it was used.",
        isUnsent: true
    )

    /// What is wrong with a request's target; nil when nothing is.
    ///
    /// A line break in it would begin another request.
    static func invalidTarget(_ request: Request) -> HTTPClientError? {
        guard request.target.isEmpty || !request.target.utf8.allSatisfy({ $0 &- 0x21 < 0x5E })
        else { return nil }
        return HTTPClientError(
            .invalidRequest,
            "The request target is empty or has a character that must be percent-encoded.",
            isUnsent: true
        )
    }
}

extension HTTPClientError: CustomStringConvertible {
    /// The message, then the chain of causes.
    public var description: String {
        cause.map { "\(code): \(message)\n  caused by: \($0)" } ?? "\(code): \(message)"
    }
}
