import HTTPTypes
public import Logging
public import MartletCore

/// Logs every request, or a sample of them, as structured metadata through swift-log.
///
/// The metadata is `method`, `path`, `status`, `bytes` (of the response's content), `duration_ms`,
/// and where they are known `route`, `request_id`, `trace_id`, `peer` (the client's address),
/// `query` and `error`. Server errors and slow requests are always logged. Nothing is formatted or
/// allocated for a request that is not.
///
/// A streamed response is logged when its stream has ended, with its bytes counted; a response
/// whose bytes are all there is logged when the handler returns. Put this layer inside of
/// ``RequestID`` and tracing, whose findings it logs, and outside of everything else.
public struct AccessLog: Middleware {
    private let logger: Logger
    private let configuration: Configuration
    private let clock: any MonotonicClock
    private let sampler: Sampler

    /// Makes the layer.
    ///
    /// - Parameters:
    ///   - configuration: What is logged, and how often.
    ///   - logger: Where it goes. A logger that does not log errors turns the layer off.
    ///   - clock: What measures the durations.
    public init(
        _ configuration: Configuration = Configuration(),
        logger: Logger = Logger(label: "martlet.http.access"),
        clock: any MonotonicClock = ContinuousClock()
    ) {
        self.logger = logger
        self.configuration = configuration
        self.clock = clock
        self.sampler = Sampler(rate: configuration.sampleRate)
    }

    /// Logs the request when it is answered.
    public func intercept(
        _ request: Request,
        context: CallContext,
        next: some Handler<Request, Response>
    ) async throws -> Response {
        guard logger.logLevel <= .error else {
            return try await next.handle(request, context: context)
        }
        var context = context
        let start = context.arrival ?? clock.now
        context.arrival = start
        do {
            var response = try await next.handle(request, context: context)
            var entry = AccessLogEntry(
                request: request,
                context: context,
                status: response.status.code
            )
            if response.body.isStreamed {
                // The label of the call may be another's when the stream ends.
                entry.route = context.route(of: request)
                response.body = response.body.observed { [entry] end in
                    finish(entry, since: start, bytes: end.bytes, error: end.error)
                }
            } else {
                finish(entry, since: start, bytes: response.body.length ?? 0, error: nil)
            }
            return response
        } catch {
            let status = HTTPResponse.Status(of: error).code
            let entry = AccessLogEntry(request: request, context: context, status: status)
            finish(entry, since: start, bytes: 0, error: error)
            throw error
        }
    }

    private func finish(
        _ entry: AccessLogEntry,
        since start: ContinuousClock.Instant,
        bytes: Int,
        error: (any Error)?
    ) {
        let duration = start.duration(to: clock.now)
        let level: Logger.Level
        if entry.status >= 500 {
            level = .error
        } else if duration >= configuration.slowThreshold {
            level = .warning
        } else if sampler.takes() {
            level = configuration.level
        } else {
            return
        }
        guard logger.logLevel <= level else { return }
        var entry = entry
        entry.duration = duration
        entry.bytes = bytes
        entry.error = error
        logger.log(level: level, "request", metadata: entry.metadata(configuration))
    }
}
