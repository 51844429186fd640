import Logging
import MartletCore
import MartletHTTP

extension Handler where Request == MartletHTTP.Request, Response == MartletHTTP.Response {
    /// This handler with what every service has around its routes; the first sees a request first.
    ///
    /// Errors are rendered inside of what looks at responses, and the deadline is inside of that,
    /// so that a call that ran out of time is answered, logged and measured like any other.
    func withStandardLayers(
        deadline: Duration,
        accessLog: AccessLog.Configuration,
        logger: Logger,
        clock: any MonotonicClock
    ) -> some Handler<Request, Response> {
        intercepted(by: Deadline(timeout: deadline, header: .xRequestTimeout, clock: clock))
            .intercepted(by: ErrorRendering(logger: logger))
            .intercepted(by: ServerMetrics(clock: clock))
            .intercepted(by: AccessLog(accessLog, logger: logger, clock: clock))
            .intercepted(by: ServerTracing())
            .intercepted(by: RequestID())
    }
}
