public import Logging
import MartletCore
public import MartletHTTP
public import ServiceLifecycle

/// A service: routes, what is around them, what runs beside them, and the life of the process.
///
/// ```swift
/// import Martlet
///
/// @main
/// struct Hello {
///     static func main() async throws {
///         var service = Service("hello")
///         service.get("/hello") { _, _ in "Hello, World!" }
///         try await service.run()
///     }
/// }
/// ```
///
/// Around the routes are, unless ``usesStandardLayers`` says otherwise: a request ID, W3C trace
/// context, metrics, an access log, errors as `application/problem+json` and a deadline. Health
/// answers are given under `/health` (``HealthConfiguration``).
///
/// # Settings
///
/// Each has a flag, a variable and a place in the configuration file; see
/// ``ServiceConfiguration``.
///
/// | key | default | what it is |
/// |---|---|---|
/// | `http.host` | `127.0.0.1` | the address to listen on |
/// | `http.port` | 8080 | the port; 0 takes a free one. Also `PORT` |
/// | `http.socket` | none | a Unix domain socket to listen on instead |
/// | `http.threads` | 0 | event loops; 0 is one a core |
/// | `http.deadline` | `15s` | the most time for a request |
/// | `log.level` | `info` | the least important messages to log. Also `LOG_LEVEL` |
/// | `log.requests` | 1 | the share of requests that are logged, from 0 to 1 |
/// | `shutdown.drain` | `0s` | how long to go on while `/health/ready` says 503 |
/// | `shutdown.limit` | `30s` | then requests in flight have this long to finish |
/// | `tls.certificate`, `tls.key` | none | PEM files, read again at SIGHUP; both or none |
/// | `tls.clients` | none | a PEM file of who signs the certificates that clients must show |
/// | `limits.*` | | the fields of `HTTPLimits`, such as `limits.bodySize` |
///
/// # Life
///
/// ``run()`` starts what was added in its order, then listens. SIGTERM or SIGINT starts a graceful
/// shutdown: the readiness answer turns to 503, the server stops accepting and finishes what is in
/// flight, then what was added stops, the last first.
public struct Service: Sendable {
    /// What the service is called, in its logs.
    public let name: String

    /// The settings: the service's own, and those of its keys that you read.
    public let configuration: ServiceConfiguration

    /// The routes; registered here or with the service's own `get` and its like.
    public var router = Router()

    /// Where the service logs; `log.level` sets its level.
    public var logger: Logger

    /// What the service says of itself over HTTP.
    public var health = HealthConfiguration()

    /// Whether the standard layers are around the routes; true unless you bring your own.
    public var usesStandardLayers = true

    /// What measures time; tests bring their own.
    package var clock: any MonotonicClock = ContinuousClock()

    var checks: [ReadinessCheck] = []
    var companions: [(name: String, service: any ServiceLifecycle.Service)] = []

    /// Makes a service; nothing starts before ``run()``.
    ///
    /// - Parameters:
    ///   - name: What it is called.
    ///   - configuration: Its settings; those of the process when they are not given.
    public init(_ name: String, configuration: ServiceConfiguration = ServiceConfiguration()) {
        self.name = name
        self.configuration = configuration
        var logger = Logger(label: name)
        // A bad level is thrown by serve(), where all settings are read.
        logger.logLevel = (try? ServiceSettings.logLevel(configuration)) ?? .info
        self.logger = logger
    }

    /// Runs something as long as the service runs: a queue's consumer, a pool of connections.
    ///
    /// It starts before the server listens and stops after the server has stopped. When it throws,
    /// the whole service stops with its error.
    ///
    /// - Parameters:
    ///   - name: What it is called in the log.
    ///   - companion: What to run; it should stop when a graceful shutdown begins.
    public mutating func add(_ name: String, _ companion: some ServiceLifecycle.Service) {
        companions.append((name, companion))
    }

    /// Runs a closure as long as the service runs.
    ///
    /// Its task is cancelled when the service shuts down. It may also come to its end before.
    ///
    /// - Parameters:
    ///   - name: What it is called in the log.
    ///   - work: What to do; when it throws, the whole service stops with its error.
    public mutating func add(_ name: String, _ work: @escaping @Sendable () async throws -> Void) {
        companions.append((name, BackgroundWork(work)))
    }

    /// Adds something that must work for the service to be ready.
    ///
    /// All checks run at the same time whenever somebody asks for `/health/ready`, so they should
    /// be cheap. Do not check other services: when one is down, all that need it would be taken
    /// out of service too.
    ///
    /// - Parameters:
    ///   - name: What it is called in the answer.
    ///   - check: Throws when it does not work; the error is logged, not shown.
    public mutating func ready(_ name: String, _ check: @escaping @Sendable () async throws -> Void)
    {
        precondition(
            !checks.contains { $0.name == name },
            "two readiness checks have the same name"
        )
        checks.append(ReadinessCheck(name: name, check: check))
    }
}
