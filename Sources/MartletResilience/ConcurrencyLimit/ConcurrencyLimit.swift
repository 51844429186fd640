public import MartletCore

/// Lets at most so many calls be in flight at once; a few more wait their turn.
///
/// What more would only slow down everything else waits in a first-come-first-served queue of
/// bounded length, for a bounded time and never past the call's deadline; what is over that is
/// refused at once with ``OverloadError``. Refusing early is what keeps a service answering when
/// more arrives than it can do.
///
/// A call is in flight until the next handler returns: a response body that streams on afterwards
/// is not counted. Works for any protocol and for either direction; ``init(_:clock:)`` for HTTP
/// makes the refusal a 503 with `Retry-After`.
public struct ConcurrencyLimit<Request: Sendable, Response: Sendable>: Middleware {
    /// How to turn a refusal into the protocol's own error.
    public typealias Rejection = @Sendable (OverloadError) -> any Error

    /// The limits in force.
    public let limits: ConcurrencyLimits

    private let semaphore: Semaphore
    private let clock: any MonotonicClock
    private let rejection: Rejection

    /// Makes a limit for any protocol.
    ///
    /// - Parameters:
    ///   - limits: How many calls may be in flight and wait, and for how long.
    ///   - clock: The clock to wait on.
    ///   - rejection: What to throw for a call that is refused.
    public init(
        _ limits: ConcurrencyLimits = ConcurrencyLimits(),
        clock: any MonotonicClock = ContinuousClock(),
        rejection: @escaping Rejection
    ) {
        self.limits = limits
        self.clock = clock
        self.rejection = rejection
        semaphore = Semaphore(
            permits: limits.maximumInFlight,
            maximumWaiters: limits.maximumQueued
        )
    }

    /// How many calls are in flight.
    public var inFlight: Int { limits.maximumInFlight - semaphore.available }

    /// How many calls wait.
    public var queued: Int { semaphore.waiterCount }

    /// Passes the call on when there is room.
    ///
    /// - Throws: What `rejection` made of an ``OverloadError``; `CancellationError` when the call
    ///   is cancelled while it waits; what `next` throws.
    public func intercept(
        _ request: Request,
        context: CallContext,
        next: some Handler<Request, Response>
    ) async throws -> Response {
        if !semaphore.tryAcquire() {
            try await wait(context)
        }
        defer { semaphore.release() }
        return try await next.handle(request, context: context)
    }

    private func wait(_ context: CallContext) async throws {
        var patience = clock.now.advanced(by: limits.maximumWait)
        if let deadline = context.deadline { patience = min(patience, deadline) }
        do {
            try await semaphore.acquire(until: patience, clock: clock)
        } catch let error as WaitError {
            let code: OverloadError.Code = error.code == .queueFull ? .queueFull : .waitedTooLong
            throw rejection(
                OverloadError(code, limits: limits, retryAfter: limits.retryAfter, cause: error)
            )
        }
    }
}
