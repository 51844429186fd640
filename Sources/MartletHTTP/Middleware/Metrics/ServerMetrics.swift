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
public struct ServerMetrics: Middleware {
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

    /// Measures one request.
    public func intercept(
        _ request: Request,
        context: CallContext,
        next: some Handler<Request, Response>
    ) async throws -> Response {
        var context = context
        let start = context.arrival ?? clock.now
        context.arrival = start
        let method = KnownMethod(request.method)
        let isSecure = request.scheme == "https"
        active.begin(method, isSecure: isSecure)
        let requestBytes = request.body.length

        @Sendable func finish(_ status: HTTPResponse.Status, route: String?, bytes: Int?) {
            active.end(method, isSecure: isSecure)
            let key = MetricSeries.Key(
                target: route,
                method: method,
                status: UInt16(truncatingIfNeeded: status.code),
                isSecure: isSecure
            )
            table.series(for: key).record(
                duration: start.duration(to: clock.now),
                requestBytes: requestBytes,
                responseBytes: bytes
            )
        }

        do {
            var response = try await next.handle(request, context: context)
            let status = response.status
            // The router is inside of this layer, so its route is known only now.
            let route = context.route(of: request)
            if response.body.isStreamed {
                response.body = response.body.observed { end in
                    finish(status, route: route, bytes: end.bytes)
                }
            } else {
                finish(status, route: route, bytes: response.body.length)
            }
            return response
        } catch {
            finish(HTTPResponse.Status(of: error), route: context.route(of: request), bytes: nil)
            throw error
        }
    }
}
