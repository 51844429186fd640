import Logging
package import MartletHTTP
package import MartletTransport

/// The settings of every service, read.
package struct ServiceSettings: Sendable {
    package let address: BindAddress
    package let threads: Int
    package let deadline: Duration
    package let watchdogThreshold: Duration
    package let requestSampleRate: Double
    package let drain: Duration
    package let shutdownLimit: Duration
    package let limits: HTTPLimits
    package let certificates: CertificateFiles?

    /// Reads all settings, so that all are declared.
    ///
    /// - Throws: ``ConfigurationError`` for the first that is not right.
    package init(_ configuration: ServiceConfiguration) throws {
        let host = try configuration.builtIn("http.host", default: "127.0.0.1")
        let port = try configuration.builtIn(
            "http.port",
            default: 8080,
            variables: ["PORT"],
            in: 0...65_535
        )
        if let socket = try configuration.builtIn("http.socket", as: String.self) {
            address = .unix(socket)
        } else {
            address = .tcp(host, port: port)
        }
        threads = try configuration.builtIn("http.threads", default: 0, in: 0...1024)
        deadline = try configuration.builtIn(
            "http.deadline",
            default: .seconds(15),
            in: .milliseconds(1)...(.seconds(86_400))
        )
        watchdogThreshold = try configuration.builtIn(
            "watchdog.threshold",
            default: .milliseconds(50),
            in: .milliseconds(1)...(.seconds(60))
        )
        requestSampleRate = try configuration.builtIn("log.requests", default: 1.0, in: 0...1)
        drain = try configuration.builtIn("shutdown.drain", default: .zero)
        shutdownLimit = try configuration.builtIn("shutdown.limit", default: .seconds(30))
        limits = try Self.limits(configuration)
        certificates = try CertificateFiles(configuration)
        _ = try Self.logLevel(configuration)
    }

    /// The level of the service's logger.
    static func logLevel(_ configuration: ServiceConfiguration) throws -> Logger.Level {
        try configuration.builtIn("log.level", default: .info, variables: ["LOG_LEVEL"])
    }

    /// The fields of `HTTPLimits`, each under its own name.
    private static func limits(_ configuration: ServiceConfiguration) throws -> HTTPLimits {
        var limits = HTTPLimits()
        let sizes: [(String, WritableKeyPath<HTTPLimits, Int>)] = [
            ("requestLineSize", \.requestLineSize), ("headerCount", \.headerCount),
            ("headerSize", \.headerSize), ("bodySize", \.bodySize),
            ("wholeBodySize", \.wholeBodySize), ("bodyBufferSize", \.bodyBufferSize),
            ("chunkLineSize", \.chunkLineSize), ("chunkExcessSize", \.chunkExcessSize),
            ("pipelinedSize", \.pipelinedSize), ("connections", \.connections),
        ]
        for (name, limit) in sizes {
            limits[keyPath: limit] = try configuration.builtIn(
                "limits.\(name)",
                default: limits[keyPath: limit],
                in: 1...Int(Int32.max)
            )
        }
        let times: [(String, WritableKeyPath<HTTPLimits, Duration>)] = [
            ("headTimeout", \.headTimeout), ("bodyIdleTimeout", \.bodyIdleTimeout),
            ("keepAliveTimeout", \.keepAliveTimeout), ("writeStallTimeout", \.writeStallTimeout),
            ("framingTimeout", \.framingTimeout), ("halfCloseGrace", \.halfCloseGrace),
        ]
        for (name, limit) in times {
            limits[keyPath: limit] = try configuration.builtIn(
                "limits.\(name)",
                default: limits[keyPath: limit],
                in: .milliseconds(1)...(.seconds(86_400))
            )
        }
        return limits
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

    /// The value of one of Martlet's own keys that lies in a range.
    func builtIn<Value: ConfigurationValue & Comparable>(
        _ key: String,
        default fallback: Value,
        variables: [String] = [],
        in range: ClosedRange<Value>
    ) throws -> Value {
        let value = try builtIn(key, default: fallback, variables: variables)
        guard range.contains(value) else {
            throw ConfigurationError(
                .badValue,
                "'\(key)' is \(value); it must be from \(range.lowerBound) to \(range.upperBound)"
            )
        }
        return value
    }

    /// The value of one of Martlet's own keys that has no default.
    func builtIn<Value: ConfigurationValue>(
        _ key: String,
        as type: Value.Type
    ) throws -> Value? {
        try read(key, as: type, variables: [], default: nil)
    }
}
