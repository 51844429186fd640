public import MartletCore

/// Gives one call of a client at most a certain time.
///
/// Only what is inside of the layer is cancelled when the time is up, so that a retry or a fallback
/// outside of it goes on; the layer then throws `HTTPError` 504. The call's deadline is brought
/// forward for what is inside, and one that is earlier already stays. For a server's own limit
/// use ``Deadline``, which costs no task.
public struct Timeout<Request: Sendable, Response: Sendable>: Middleware {
    private let timeout: Duration
    private let clock: any MonotonicClock

    /// Makes the layer.
    ///
    /// - Parameters:
    ///   - timeout: The most time for a call.
    ///   - clock: What tells the time.
    public init(_ timeout: Duration, clock: any MonotonicClock = ContinuousClock()) {
        precondition(timeout > .zero, "a timeout is longer than nothing")
        self.timeout = timeout
        self.clock = clock
    }

    /// Makes the call, for as long as the timeout allows.
    public func intercept(
        _ request: Request,
        context: CallContext,
        next: some Handler<Request, Response>
    ) async throws -> Response {
        var context = context
        let end = clock.now.advanced(by: timeout)
        context.tightenDeadline(to: end)
        return try await DeadlineRace(deadline: context.deadline ?? end, clock: clock)
            .run(request, context: context, next: next)
    }
}
