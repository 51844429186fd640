/// What the instruments of a direction are called (OpenTelemetry semantic conventions 1.27,
/// "HTTP metrics").
struct MetricNames: Sendable {
    let duration: String
    let requestSize: String
    let responseSize: String
    let active: String
    /// The label that ``MetricSeries/Key/target`` is the value of.
    let target: String

    static let server = MetricNames(direction: "server", target: "http.route")
    static let client = MetricNames(direction: "client", target: "server.address")

    private init(direction: String, target: String) {
        duration = "http.\(direction).request.duration"
        requestSize = "http.\(direction).request.body.size"
        responseSize = "http.\(direction).response.body.size"
        active = "http.\(direction).active_requests"
        self.target = target
    }

    /// The labels of one series.
    ///
    /// A route's name may begin with its method, as in `GET /users/{id}`; the label is the pattern
    /// alone.
    func labels(for key: MetricSeries.Key) -> [(String, String)] {
        var labels = [
            ("http.request.method", key.method.name),
            ("url.scheme", key.isSecure ? "https" : "http"),
        ]
        if let target = key.target {
            labels.append((self.target, Self.withoutMethod(target)))
        }
        if key.status != 0 {
            labels.append(("http.response.status_code", String(key.status)))
        }
        if key.status == 0 || key.status >= 500 {
            labels.append(("error.type", key.status == 0 ? "_OTHER" : String(key.status)))
        }
        return labels
    }

    private static func withoutMethod(_ route: String) -> String {
        guard let space = route.utf8.firstIndex(of: UInt8(ascii: " ")) else { return route }
        return String(route[route.utf8.index(after: space)...])
    }
}
