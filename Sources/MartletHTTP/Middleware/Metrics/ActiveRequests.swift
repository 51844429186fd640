import Metrics

/// How many requests are being served, one meter a method and scheme.
///
/// All are made at the start: there are twenty.
final class ActiveRequests: Sendable {
    private let meters: [Meter]

    init(name: String, factory: any MetricsFactory) {
        meters = KnownMethod.allCases.flatMap { method in
            ["http", "https"].map { scheme in
                Meter(
                    label: name,
                    dimensions: [("http.request.method", method.name), ("url.scheme", scheme)],
                    factory: factory
                )
            }
        }
    }

    func begin(_ method: KnownMethod, isSecure: Bool) {
        meter(method, isSecure).increment()
    }

    func end(_ method: KnownMethod, isSecure: Bool) {
        meter(method, isSecure).decrement()
    }

    private func meter(_ method: KnownMethod, _ isSecure: Bool) -> Meter {
        meters[Int(method.rawValue) * 2 + (isSecure ? 1 : 0)]
    }
}
