import Logging
import MartletHTTP
import MartletTransport

/// The settings of every service, read.
struct ServiceSettings: Sendable {
    let address: BindAddress
    let threads: Int
    let deadline: Duration
    let requestSampleRate: Double
    let drain: Duration
    let shutdownLimit: Duration

    /// Reads all settings, so that all are declared.
    ///
    /// - Throws: ``ConfigurationError`` for the first that is not right.
    init(_ configuration: ServiceConfiguration) throws {
        let host = try configuration.builtIn("http.host", default: "127.0.0.1")
        let port = try configuration.builtIn("http.port", default: 8080, variables: ["PORT"])
        try Self.check(0...65_535, "http.port", port)
        if let socket = try configuration.builtIn("http.socket", as: String.self) {
            address = .unix(socket)
        } else {
            address = .tcp(host, port: port)
        }
        threads = try configuration.builtIn("http.threads", default: 0)
        try Self.check(0...1024, "http.threads", threads)
        deadline = try configuration.builtIn("http.deadline", default: .seconds(15))
        try Self.check(.milliseconds(1)...(.seconds(86_400)), "http.deadline", deadline)
        requestSampleRate = try configuration.builtIn("log.requests", default: 1.0)
        try Self.check(0...1, "log.requests", requestSampleRate)
        drain = try configuration.builtIn("shutdown.drain", default: .zero)
        shutdownLimit = try configuration.builtIn("shutdown.limit", default: .seconds(30))
        _ = try Self.logLevel(configuration)
    }

    /// The level of the service's logger.
    static func logLevel(_ configuration: ServiceConfiguration) throws -> Logger.Level {
        try configuration.builtIn("log.level", default: .info, variables: ["LOG_LEVEL"])
    }

    private static func check<Value: Comparable>(
        _ range: ClosedRange<Value>,
        _ key: String,
        _ value: Value
    ) throws {
        guard !range.contains(value) else { return }
        throw ConfigurationError(
            .badValue,
            "'\(key)' is \(value); it must be from \(range.lowerBound) to \(range.upperBound)"
        )
    }
}

extension ServiceConfiguration {
    /// The value of one of Martlet's own keys, which are not read from variables without the
    /// prefix unless they are named.
    func builtIn<Value: ConfigurationValue>(
        _ key: String,
        default fallback: Value,
        variables: [String] = []
    ) throws -> Value {
        let value = try read(key, as: Value.self, variables: variables, default: "\(fallback)")
        return value ?? fallback
    }

    /// The value of one of Martlet's own keys that has no default.
    func builtIn<Value: ConfigurationValue>(
        _ key: String,
        as type: Value.Type
    ) throws -> Value? {
        try read(key, as: type, variables: [], default: nil)
    }
}
