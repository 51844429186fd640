package import HTTPTypes

extension HTTPResponse.Status {
    /// 499, as nginx counts requests whose client went away before the response; never seen by
    /// anyone but logs and metrics.
    package static let clientClosedRequest = HTTPResponse.Status(
        code: 499,
        reasonPhrase: "Client Closed Request"
    )

    /// 504 for a call whose caller gave it less time than the server would have; told apart from
    /// the server's own by its reason phrase.
    package static let callersDeadlineExceeded = HTTPResponse.Status(
        code: 504,
        reasonPhrase: "Caller's Deadline Exceeded"
    )

    /// Whether a response with this status is to be logged as the server's failure.
    ///
    /// Whoever asks for an answer within a millisecond must not be able to fill the log with
    /// errors.
    package var isServersFailure: Bool {
        code >= 500 && (code != 504 || reasonPhrase != Self.callersDeadlineExceeded.reasonPhrase)
    }

    /// The status that a thrown error is answered with.
    package init(of error: any Error) {
        switch error {
        case let error as HTTPError: self = error.status
        case is CancellationError: self = .clientClosedRequest
        default: self = .internalServerError
        }
    }
}
