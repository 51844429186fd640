import HTTPTypes
public import MartletCore
public import MartletHTTP

extension ConcurrencyLimit
where Request == MartletHTTP.Request, Response == MartletHTTP.Response {
    /// Makes a limit for HTTP: what is refused is answered with 503 and `Retry-After`.
    ///
    /// - Parameters:
    ///   - limits: How many calls may be in flight and wait, and for how long.
    ///   - clock: The clock to wait on.
    public init(
        _ limits: ConcurrencyLimits = ConcurrencyLimits(),
        clock: any MonotonicClock = ContinuousClock()
    ) {
        self.init(limits, clock: clock) { HTTPError($0) }
    }
}

extension HTTPError {
    /// 503 with `Retry-After`: what an overload is in HTTP (RFC 9110 §15.6.4).
    public init(_ error: OverloadError) {
        let (seconds, attoseconds) = error.retryAfter.components
        let wait = max(seconds + (attoseconds > 0 ? 1 : 0), 0)
        self.init(
            .serviceUnavailable,
            detail: "The service is busy; try again in \(wait) s.",
            headers: [.retryAfter: String(wait)],
            cause: error
        )
    }
}
