package import HTTPTypes

extension HTTPResponse.Status {
    /// 499, as nginx counts requests whose client went away before the response; never seen by
    /// anyone but logs and metrics.
    package static let clientClosedRequest = HTTPResponse.Status(
        code: 499,
        reasonPhrase: "Client Closed Request"
    )

    /// The status that a thrown error is answered with.
    package init(of error: any Error) {
        switch error {
        case let error as HTTPError: self = error.status
        case is CancellationError: self = .clientClosedRequest
        default: self = .internalServerError
        }
    }
}
