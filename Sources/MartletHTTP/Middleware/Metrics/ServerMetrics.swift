import HTTPTypes
public import MartletCore
public import Metrics

/// Measures what a server does, through swift-metrics, by the names of OpenTelemetry.
///
/// | instrument | kind | what |
/// |---|---|---|
/// | `http.server.request.duration` | timer, s | from arrival to the end of the response |
/// | `http.server.active_requests` | meter | requests being served |
/// | `http.server.request.body.size` | recorder, bytes | request content, when declared |
/// | `http.server.response.body.size` | recorder, bytes | response content |
///
/// Labels are `http.request.method`, `url.scheme`, `http.route`, `http.response.status_code` and,
/// for server errors, `error.type`; never the path, which clients choose. A method that no
/// standard knows is `_OTHER`. A request that no route matched has no `http.route`. A layer keeps
/// no more than ``Configuration/maximumSeries`` combinations; what comes after is counted with the
/// route `_OTHER`.
///
/// Instruments are made once a combination and kept, so bootstrap the metrics system before this
/// layer is made. The duration of a streamed response ends with its stream.
public struct ServerMetrics: SynchronousMiddleware {
    /// What arrives.
    public typealias Request = MartletHTTP.Request
    /// What is answered.
    public typealias Response = MartletHTTP.Response

    /// How much is kept.
    public struct Configuration: Sendable {
        /// The most combinations of labels; 2,000 by default, as OpenTelemetry's own limit for
        /// one instrument.
        public var maximumSeries: Int

        /// Makes a configuration.
        public init(maximumSeries: Int = 2_000) {
            precondition(maximumSeries > 0, "at least one combination of labels is kept")
            self.maximumSeries = maximumSeries
        }
    }

    private let table: MetricSeriesTable
    private let active: ActiveRequests
    private let clock: any MonotonicClock

    /// Makes the layer.
    ///
    /// - Parameters:
    ///   - configuration: How much is kept.
    ///   - factory: Where instruments come from; that of the metrics system when nil.
    ///   - clock: What measures the durations.
    public init(
        _ configuration: Configuration = Configuration(),
        factory: (any MetricsFactory)? = nil,
        clock: any MonotonicClock = ContinuousClock()
    ) {
        let factory = factory ?? MetricsSystem.factory
        table = MetricSeriesTable(
            limit: configuration.maximumSeries,
            names: .server,
            factory: factory
        )
        active = ActiveRequests(name: MetricNames.server.active, factory: factory)
        self.clock = clock
    }

    /// Counts the request as active.
    public func open(_ request: Request, context: inout CallContext) throws -> Response? {
        if context.arrival == nil { context.arrival = clock.now }
        active.begin(KnownMethod(request.method), isSecure: request.scheme == "https")
        return nil
    }

    /// Records a request that is answered, when its response has ended.
    public func close(_ response: inout Response, request: Request, context: CallContext) {
        // The router may be inside of this layer, so that its route is known only now.
        let measured = Measured(request, context, response.status)
        if response.body.isStreamed {
            response.body = response.body.observed { [self] end in
                record(measured, responseBytes: end.bytes)
            }
        } else {
            record(measured, responseBytes: response.body.length)
        }
    }

    /// Records a request that has failed.
    public func recover(
        from error: any Error,
        request: Request,
        context: CallContext
    ) throws -> Response {
        record(Measured(request, context, HTTPResponse.Status(of: error)), responseBytes: nil)
        throw error
    }

    /// What is known of a request before its response has ended.
    private struct Measured: Sendable {
        let key: MetricSeries.Key
        let arrival: ContinuousClock.Instant?
        let requestBytes: Int?

        init(_ request: Request, _ context: CallContext, _ status: HTTPResponse.Status) {
            key = MetricSeries.Key(
                target: context.route(of: request),
                method: KnownMethod(request.method),
                status: UInt16(truncatingIfNeeded: status.code),
                isSecure: request.scheme == "https"
            )
            arrival = context.arrival
            requestBytes = request.body.length
        }
    }

    private func record(_ measured: Measured, responseBytes: Int?) {
        active.end(measured.key.method, isSecure: measured.key.isSecure)
        let now = clock.now
        table.series(for: measured.key).record(
            duration: (measured.arrival ?? now).duration(to: now),
            requestBytes: measured.requestBytes,
            responseBytes: responseBytes
        )
    }
}
