/// What a service says of itself over HTTP, and where.
///
/// - `GET /health/live`: 200 as long as the process answers at all.
/// - `GET /health/ready`: 200 when every readiness check passes, else 503; 503 too while the
///   service shuts down. The content names the checks.
/// - `GET /health/stats`: how many requests were served and failed, and for how long.
///
/// These answers are not logged, measured, traced or counted. They are the same for everybody, so
/// a gateway should not route to them.
public struct HealthConfiguration: Sendable {
    /// Whether the service answers these paths itself.
    public var isEnabled: Bool

    /// What the paths begin with.
    ///
    /// Routes under it are not reached.
    public var path: String

    /// How long a readiness check may take before it counts as failed; 1 s, as in Kubernetes.
    public var checkTimeout: Duration

    /// Makes a configuration.
    ///
    /// - Parameters:
    ///   - isEnabled: Whether the service answers these paths itself.
    ///   - path: What the paths begin with, without a slash at the end.
    ///   - checkTimeout: How long a readiness check may take.
    public init(
        isEnabled: Bool = true,
        path: String = "/health",
        checkTimeout: Duration = .seconds(1)
    ) {
        precondition(path.hasPrefix("/") && !path.hasSuffix("/"), "the path is like '/health'")
        self.isEnabled = isEnabled
        self.path = path
        self.checkTimeout = checkTimeout
    }
}
