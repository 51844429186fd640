public import HTTPTypes
public import MartletCore

/// A client's layer that tells the callee how long its caller still waits.
///
/// The time that is left goes into a header, as ``Deadline`` reads it. A call whose deadline has
/// passed is not made: the layer throws `HTTPError` 504.
public struct DeadlineForwarding: Middleware {
    private let header: HTTPField.Name
    private let clock: any MonotonicClock

    /// Makes the layer.
    ///
    /// - Parameters:
    ///   - header: The field that carries the time.
    ///   - clock: What tells the time.
    public init(
        header: HTTPField.Name = .xRequestTimeout,
        clock: any MonotonicClock = ContinuousClock()
    ) {
        self.header = header
        self.clock = clock
    }

    /// Adds the time that is left to the request, when the call has a deadline.
    public func intercept(
        _ request: Request,
        context: CallContext,
        next: some Handler<Request, Response>
    ) async throws -> Response {
        var request = request
        guard edit(&request, context: context) else { throw DeadlineRace.exceeded(cause: nil) }
        return try await next.handle(request, context: context)
    }
}

extension DeadlineForwarding: RequestEditor {
    /// Adds the time that is left; false when none is.
    package func edit(_ request: inout Request, context: CallContext) -> Bool {
        guard let deadline = context.deadline else { return true }
        let rest = clock.now.duration(to: deadline)
        guard rest > .zero else { return false }
        request.headers[header] = TimeoutValue.format(rest)
        return true
    }
}
