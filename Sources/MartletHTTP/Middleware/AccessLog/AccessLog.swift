import HTTPTypes
public import Logging
public import MartletCore

/// Logs every request, or a sample of them, as structured metadata through swift-log.
///
/// The metadata is `method`, `path`, `status`, `bytes` (of the response's content), `duration_ms`,
/// and where they are known `route`, `request_id`, `trace_id`, `peer` (the client's address),
/// `query` and `error`. Server errors and slow requests are always logged; a 504 because the
/// caller's own deadline was too short (``Deadline``) is no server error. Nothing is formatted or
/// allocated for a request that is not logged.
///
/// A streamed response is logged when its stream has ended, with its bytes counted; a response
/// whose bytes are all there is logged when the handler returns. Put this layer inside of
/// ``RequestID`` and tracing, whose findings it logs, and outside of everything else.
public struct AccessLog: SynchronousMiddleware {
    /// What arrives.
    public typealias Request = MartletHTTP.Request
    /// What is answered.
    public typealias Response = MartletHTTP.Response

    private let logger: Logger
    let configuration: Configuration
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

    /// Notes the time.
    public func open(_ request: Request, context: inout CallContext) throws -> Response? {
        if isOn, context.arrival == nil { context.arrival = clock.now }
        return nil
    }

    /// Logs a request that is answered, when its response has ended.
    public func close(_ response: inout Response, request: Request, context: CallContext) {
        guard isOn else { return }
        var outcome = Outcome(
            route: context.route(of: request),
            status: response.status.code,
            isServersFailure: response.status.isServersFailure,
            bytes: response.body.length ?? 0
        )
        if response.body.isStreamed {
            response.body = response.body.observed { [outcome] end in
                var outcome = outcome
                outcome.bytes = end.bytes
                outcome.error = end.error
                finish(request, context, &outcome)
            }
        } else {
            finish(request, context, &outcome)
        }
    }

    /// Logs a request that has failed.
    public func recover(
        from error: any Error,
        request: Request,
        context: CallContext
    ) throws -> Response {
        if isOn {
            let status = HTTPResponse.Status(of: error)
            var outcome = Outcome(
                route: context.route(of: request),
                status: status.code,
                isServersFailure: status.isServersFailure,
                bytes: 0,
                error: error
            )
            finish(request, context, &outcome)
        }
        throw error
    }

    /// Whether anything could be logged.
    private var isOn: Bool { logger.logLevel <= .error }

    private func isQuiet(_ request: Request) -> Bool {
        !configuration.quietTargets.isEmpty && configuration.quietTargets.contains(request.target)
    }

    private func finish(
        _ request: Request,
        _ context: CallContext,
        _ outcome: inout Outcome
    ) {
        let now = clock.now
        outcome.duration = (context.arrival ?? now).duration(to: now)
        let level: Logger.Level
        if outcome.isServersFailure {
            level = .error
        } else if outcome.duration >= configuration.slowThreshold {
            level = .warning
        } else if isQuiet(request) {
            return
        } else if sampler.takes() {
            level = configuration.level
        } else {
            return
        }
        guard logger.logLevel <= level else { return }
        logger.log(level: level, "request", metadata: metadata(request, context, outcome))
    }
}
