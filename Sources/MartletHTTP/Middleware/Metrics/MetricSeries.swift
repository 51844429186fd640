import MartletCore
import Metrics

/// The instruments of one combination of labels, looked up once.
final class MetricSeries: Sendable {
    /// What tells series apart.
    struct Key: Hashable, Sendable {
        /// The route of a server, the authority of a client; nil when there is none.
        var target: String?
        var method: KnownMethod
        /// 0 when no response came.
        var status: UInt16
        var isSecure: Bool
    }

    let key: Key
    private let duration: Timer
    private let requestSize: Recorder
    private let responseSize: Recorder

    /// Makes the instruments.
    ///
    /// - Parameters:
    ///   - key: The labels' values.
    ///   - names: The instruments' names and the label of the target.
    ///   - factory: Where instruments come from.
    init(_ key: Key, names: MetricNames, factory: any MetricsFactory) {
        self.key = key
        let labels = names.labels(for: key)
        duration = Timer(
            label: names.duration,
            dimensions: labels,
            preferredDisplayUnit: .seconds,
            factory: factory
        )
        requestSize = Recorder(
            label: names.requestSize,
            dimensions: labels,
            aggregate: true,
            factory: factory
        )
        responseSize = Recorder(
            label: names.responseSize,
            dimensions: labels,
            aggregate: true,
            factory: factory
        )
    }

    /// Records one request; sizes that are not known are left out.
    func record(duration elapsed: Duration, requestBytes: Int?, responseBytes: Int?) {
        duration.recordNanoseconds(elapsed.wholeNanoseconds)
        if let requestBytes { requestSize.record(requestBytes) }
        if let responseBytes { responseSize.record(responseBytes) }
    }
}
