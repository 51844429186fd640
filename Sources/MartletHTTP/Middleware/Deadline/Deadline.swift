public import HTTPTypes
public import MartletCore

/// Gives every call at most a certain time on this server.
///
/// The call's deadline is brought forward to its arrival plus the timeout; one that is earlier
/// already, from the caller, stays. When it passes, the call's task is cancelled and the layer
/// throws `HTTPError` 504: the work was begun and may have had effects, which 503 would deny.
/// A handler that returns all the same, however late, has its response sent. A 504 because the
/// caller's own timeout was the shorter one says so in its reason phrase, and is not logged as an
/// error of the server's.
///
/// Under Martlet's server the event loop cancels the call's own task, so a call that never
/// suspends costs no timer. Without a server, as in a unit test, the rest of the stack races a
/// sleep, as with ``Timeout``. Use this layer on a server and ``Timeout`` on a client: cancelling
/// the call for the sake of one slow client would take the handler's fallback away.
///
/// A caller's own timeout is read from a header with `init(timeout:header:clock:)`.
public struct Deadline<Request: Sendable, Response: Sendable>: SynchronousMiddleware {
    private let timeout: Duration
    private let inbound: (@Sendable (Request) throws -> Duration?)?
    private let clock: any MonotonicClock

    /// Makes the layer for any protocol.
    ///
    /// - Parameters:
    ///   - timeout: The most time for a call. 15 s by default, as Envoy's for a route.
    ///   - clock: What tells the time.
    ///   - inbound: The caller's own timeout, read from a request; it never lengthens `timeout`.
    public init(
        timeout: Duration = .seconds(15),
        clock: any MonotonicClock = ContinuousClock(),
        inbound: (@Sendable (Request) throws -> Duration?)? = nil
    ) {
        precondition(timeout > .zero, "a timeout is longer than nothing")
        self.timeout = timeout
        self.inbound = inbound
        self.clock = clock
    }

    /// Brings the deadline forward and has the call cancelled when it comes.
    public func open(_ request: Request, context: inout CallContext) throws -> Response? {
        var limit = timeout
        if let inbound, let asked = try inbound(request) {
            // A timeout of nothing would otherwise cost a reading of the clock for every call.
            if asked <= .zero {
                throw DeadlineRace.exceeded(.callersDeadlineExceeded, cause: nil)
            }
            limit = min(limit, asked)
        }
        let arrival = context.arrival ?? clock.now
        context.arrival = arrival
        context.tightenDeadline(to: arrival.advanced(by: limit))
        if let scope = context.scope, let deadline = context.deadline {
            scope.cancelCall(at: deadline)
        }
        return nil
    }

    /// Says of a call that was cancelled after its deadline what has happened to it.
    public func recover(
        from error: any Error,
        request: Request,
        context: CallContext
    ) throws -> Response {
        guard context.isCancelled, let deadline = context.deadline, clock.now >= deadline else {
            throw error
        }
        throw DeadlineRace.exceeded(status(request, context), cause: error)
    }

    /// Whose deadline the call's is: the caller's own, or one of this server's.
    private func status(_ request: Request, _ context: CallContext) -> HTTPResponse.Status {
        guard let inbound, let asked = try? inbound(request), asked < timeout,
            let arrival = context.arrival, let deadline = context.deadline,
            deadline >= arrival.advanced(by: asked)
        else { return .gatewayTimeout }
        return .callersDeadlineExceeded
    }

    /// Handles the call until its deadline.
    public func intercept(
        _ request: Request,
        context: CallContext,
        next: some Handler<Request, Response>
    ) async throws -> Response {
        var context = context
        if let response = try open(request, context: &context) { return response }
        if context.scope == nil, let deadline = context.deadline {
            let status = status(request, context)
            return try await DeadlineRace(deadline: deadline, clock: clock, status: status)
                .run(request, context: context, next: next)
        }
        do {
            return try await next.handle(request, context: context)
        } catch {
            return try recover(from: error, request: request, context: context)
        }
    }
}

extension Deadline where Request == MartletHTTP.Request {
    /// Makes the layer for HTTP, with the caller's own timeout in a header.
    ///
    /// The value is that of `grpc-timeout`: up to 8 digits and a unit (`H`, `M`, `S`, `m` for
    /// milliseconds, `u`, `n`), as in `1500m`. It can only shorten `timeout`. A malformed one is
    /// answered with 400. ``DeadlineForwarding`` sends it from a client.
    ///
    /// - Parameters:
    ///   - timeout: The most time for a call.
    ///   - header: The field that carries the caller's own timeout.
    ///   - clock: What tells the time.
    public init(
        timeout: Duration = .seconds(15),
        header: HTTPField.Name,
        clock: any MonotonicClock = ContinuousClock()
    ) {
        self.init(timeout: timeout, clock: clock) { request in
            guard let index = request.headers.firstIndex(of: header, from: 0) else { return nil }
            guard let duration = TimeoutValue.parse(request.headers.value(at: index)) else {
                throw HTTPError(
                    .badRequest,
                    detail: "\(header.rawName) is not up to 8 digits and one of H, M, S, m, u, n."
                )
            }
            return duration
        }
    }
}
