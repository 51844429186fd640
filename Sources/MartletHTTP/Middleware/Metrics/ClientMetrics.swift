import HTTPTypes
public import MartletCore
public import Metrics

/// Measures what a client does, through swift-metrics, by the names of OpenTelemetry.
///
/// The instruments are those of ``ServerMetrics`` with `client` in their names and
/// `server.address`, the authority that was called, in the place of the route. A call that gets no
/// response has no status and the `error.type` `_OTHER`.
public struct ClientMetrics: Middleware {
    private let table: MetricSeriesTable
    private let active: ActiveRequests
    private let clock: any MonotonicClock

    /// Makes the layer.
    ///
    /// - Parameters:
    ///   - maximumSeries: The most combinations of labels; what comes after is counted with the
    ///     address `_OTHER`.
    ///   - factory: Where instruments come from; that of the metrics system when nil.
    ///   - clock: What measures the durations.
    public init(
        maximumSeries: Int = 2_000,
        factory: (any MetricsFactory)? = nil,
        clock: any MonotonicClock = ContinuousClock()
    ) {
        let factory = factory ?? MetricsSystem.factory
        table = MetricSeriesTable(limit: maximumSeries, names: .client, factory: factory)
        active = ActiveRequests(name: MetricNames.client.active, factory: factory)
        self.clock = clock
    }

    /// Measures one call, until the response's head is there.
    public func intercept(
        _ request: Request,
        context: CallContext,
        next: some Handler<Request, Response>
    ) async throws -> Response {
        let start = clock.now
        var key = MetricSeries.Key(
            target: request.authority,
            method: KnownMethod(request.method),
            status: 0,
            isSecure: request.scheme == "https"
        )
        active.begin(key.method, isSecure: key.isSecure)
        defer { active.end(key.method, isSecure: key.isSecure) }
        do {
            let response = try await next.handle(request, context: context)
            key.status = UInt16(truncatingIfNeeded: response.status.code)
            record(key, since: start, request: request, responseBytes: response.body.length)
            return response
        } catch {
            record(key, since: start, request: request, responseBytes: nil)
            throw error
        }
    }

    private func record(
        _ key: MetricSeries.Key,
        since start: ContinuousClock.Instant,
        request: Request,
        responseBytes: Int?
    ) {
        table.series(for: key).record(
            duration: start.duration(to: clock.now),
            requestBytes: request.body.length,
            responseBytes: responseBytes
        )
    }
}
