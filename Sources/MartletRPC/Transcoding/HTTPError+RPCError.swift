import HTTPTypes
import MartletHTTP

extension HTTPError {
    /// What a call's failure is in HTTP's terms (`google/rpc/code.proto`, "HTTP Mapping").
    ///
    /// `grpc-status` goes with it, because several codes share a status, and the details and the
    /// metadata as fields.
    init(_ error: RPCError) {
        var headers: Headers = [RPCFields.status: "\(error.status.code.rawValue)"]
        if let details = error.status.details {
            headers.append(MetadataBase64.encode(details), for: RPCFields.details)
        }
        headers.appendTranscoded(error.metadata)
        self.init(
            Self.status(of: error.status.code),
            detail: error.status.message.isEmpty ? nil : error.status.message,
            headers: headers,
            cause: error.cause
        )
    }

    private static func status(of code: RPCStatus.Code) -> HTTPResponse.Status {
        switch code {
        case .ok: .ok
        case .cancelled: HTTPResponse.Status(code: 499, reasonPhrase: "Client Closed Request")
        case .invalidArgument, .failedPrecondition, .outOfRange: .badRequest
        case .deadlineExceeded: .gatewayTimeout
        case .notFound: .notFound
        case .alreadyExists, .aborted: .conflict
        case .permissionDenied: .forbidden
        case .unauthenticated: .unauthorized
        case .resourceExhausted: .tooManyRequests
        case .unimplemented: .notImplemented
        case .unavailable: .serviceUnavailable
        default: .internalServerError
        }
    }
}
