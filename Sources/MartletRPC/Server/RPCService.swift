import HTTPTypes
package import Logging
package import MartletCore
import MartletHTTP

/// What all calls of a handler share.
package final class RPCService: Sendable {
    package let configuration: RPCConfiguration
    package let clock: any MonotonicClock
    private let logger: Logger

    package init(
        configuration: RPCConfiguration,
        clock: any MonotonicClock,
        logger: Logger
    ) {
        self.configuration = configuration
        self.clock = clock
        self.logger = logger
    }

    /// What a caller is told of an error; what nobody expected is logged.
    package func failure(_ error: any Error, method: String, context: CallContext) -> RPCError {
        if let error = error as? RPCError {
            if let cause = error.cause {
                logger.debug(
                    "A call failed.",
                    metadata: ["method": "\(method)", "error": "\(error)", "cause": "\(cause)"]
                )
            }
            return error
        }
        let isCancelled = error is CancellationError || context.isCancelled
        if isCancelled, let deadline = context.deadline, deadline <= clock.now {
            return RPCError(.deadlineExceeded, "The call was not done in the time that it had.")
        }
        if isCancelled { return RPCError(.cancelled, "The call was cancelled.") }
        if let error = error as? HTTPError {
            return RPCError(Self.code(of: error.status), error.detail ?? error.status.reasonPhrase)
        }
        logger.error("A method threw.", metadata: ["method": "\(method)", "error": "\(error)"])
        return RPCError(.unknown, "The method failed.")
    }

    /// What an HTTP status is in gRPC's terms.
    ///
    /// It comes from the engine, which limits and times bodies, or from a layer that is written for
    /// HTTP.
    static func code(of status: HTTPResponse.Status) -> RPCStatus.Code {
        switch status.code {
        case 400: .invalidArgument
        case 401: .unauthenticated
        case 403: .permissionDenied
        case 404: .notFound
        case 408, 504: .deadlineExceeded
        case 409: .aborted
        case 413, 429: .resourceExhausted
        case 412: .failedPrecondition
        case 501: .unimplemented
        case 502, 503: .unavailable
        case 499: .cancelled
        default: status.code < 500 ? .unknown : .internal
        }
    }
}
