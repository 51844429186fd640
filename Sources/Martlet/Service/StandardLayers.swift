import HTTPTypes
import Logging
import MartletCore
import MartletHTTP

extension Service {
    /// What every service has around its routes; the first sees a request first.
    ///
    /// Errors are rendered inside of what looks at responses, and the deadline is inside of that,
    /// so that a call that ran out of time is answered, logged and measured like any other.
    static func standardLayers(
        deadline: Duration,
        accessLog: AccessLog.Configuration,
        logger: Logger,
        clock: any MonotonicClock
    ) -> [any Middleware<Request, Response>] {
        [
            RequestID(),
            ServerTracing(),
            AccessLog(accessLog, logger: logger, clock: clock),
            ServerMetrics(clock: clock),
            ErrorRendering(logger: logger),
            Deadline(timeout: deadline, header: .xRequestTimeout, clock: clock),
        ]
    }
}
