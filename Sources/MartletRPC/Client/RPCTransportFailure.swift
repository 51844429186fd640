import HTTPTypes
import MartletCore
import MartletHTTP

/// What the errors of a transport are in gRPC's terms.
enum RPCTransportFailure {
    /// The error to throw for one that a transport threw.
    ///
    /// - Parameters:
    ///   - error: What was thrown.
    ///   - deadline: The call's.
    ///   - clock: What tells the time.
    /// - Returns: An ``RPCError``, or `CancellationError` when the caller's task was cancelled.
    static func error(
        _ error: any Error,
        deadline: ContinuousClock.Instant?,
        _ clock: any MonotonicClock
    ) -> any Error {
        if let error = error as? RPCError { return error }
        if let deadline, clock.now >= deadline {
            return RPCError(
                .deadlineExceeded,
                "The call was not done in the time that it had.",
                cause: error
            )
        }
        switch error {
        case is CancellationError:
            return Task.isCancelled
                ? error : RPCError(.cancelled, "The call was given up.", cause: error)
        case let error as HTTPClientError:
            return RPCError(code(of: error), error.message, cause: error)
        case let error as HTTPError:
            return RPCError(
                RPCService.code(of: error.status),
                error.detail ?? error.status.reasonPhrase,
                cause: error
            )
        default:
            // The caller's own: what its messages or its middleware threw.
            return error
        }
    }

    private static func code(of error: HTTPClientError) -> RPCStatus.Code {
        switch error.code {
        case .connectFailed, .connectTimeout, .connectionClosed, .shutDown: .unavailable
        case .deadlineExceeded: .deadlineExceeded
        case .tooManyWaiting, .responseTooLarge: .resourceExhausted
        default: .internal
        }
    }
}
