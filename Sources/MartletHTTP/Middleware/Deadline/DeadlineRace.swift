import HTTPTypes
import MartletCore

/// Runs a handler against the clock: whichever comes first ends the other.
struct DeadlineRace: Sendable {
    let deadline: ContinuousClock.Instant
    let clock: any MonotonicClock
    /// What to answer when the time is up.
    var status = HTTPResponse.Status.gatewayTimeout

    /// The handler's response, when it comes before the deadline.
    ///
    /// The handler's task is cancelled when the deadline passes, and waited for: it must heed
    /// cancellation.
    func run<Request: Sendable, Response: Sendable>(
        _ request: Request,
        context: CallContext,
        next: some Handler<Request, Response>
    ) async throws -> Response {
        if clock.now >= deadline { throw Self.exceeded(status, cause: nil) }
        return try await withThrowingTaskGroup(of: Response?.self) { group in
            group.addTask { try await next.handle(request, context: context) }
            group.addTask { [clock, deadline] in
                try await clock.sleep(until: deadline, tolerance: nil)
                return nil
            }
            defer { group.cancelAll() }
            guard let first = try await group.next(), let response = first else {
                throw Self.exceeded(status, cause: nil)
            }
            return response
        }
    }

    /// What is thrown when the time is up.
    static func exceeded(
        _ status: HTTPResponse.Status = .gatewayTimeout,
        cause: (any Error)?
    ) -> HTTPError {
        HTTPError(
            status,
            detail: "The request was not completed in the time that it had.",
            cause: cause
        )
    }
}
