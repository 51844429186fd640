import Foundation
import Synchronization

/// The settings of a service: from flags, the environment and a file, in that order of precedence,
/// then from defaults.
///
/// A key has one name and three spellings: `http.port` is the flag `--http-port`, the variable
/// `MARTLET_HTTP_PORT`, and in the file (YAML or JSON; named by `--config` or `MARTLET_CONFIG`)
/// `port` under `http`. Reading a key declares it; a flag, a key in the file or a variable that
/// begins with `MARTLET_` and is not declared when the service starts is refused, with the
/// nearest declared key as a suggestion. An empty variable counts as absent.
///
/// ```swift
/// let payment = try service.configuration.require("payment.url", as: String.self)
/// let attempts = try service.configuration.value("payment.attempts", default: 3)
/// ```
///
/// A service's own keys are also read from the variable without the prefix: `PAYMENT_URL`.
public struct ServiceConfiguration: Sendable {
    private final class Declarations: Sendable {
        let keys = Mutex<[ConfigurationKey: String]>([:])
    }

    private let sources: Result<ConfigurationSources, ConfigurationError>
    private let declarations = Declarations()

    /// Reads the flags and the environment, and the file that they name.
    ///
    /// A mistake in them is thrown when a value is asked for, and when the service runs.
    ///
    /// - Parameters:
    ///   - arguments: The command line without the program's name.
    ///   - environment: The environment variables; those of the process when nil.
    public init(
        arguments: [String] = Array(CommandLine.arguments.dropFirst()),
        environment: [String: String]? = nil
    ) {
        let environment = environment ?? ProcessInfo.processInfo.environment
        sources = Result { () throws(ConfigurationError) in
            try ConfigurationSources(arguments: arguments, environment: environment)
        }
    }

    /// A configuration in which every key has its default: for tests.
    public static var defaults: ServiceConfiguration {
        ServiceConfiguration(arguments: [], environment: [:])
    }

    /// The value of a key that has no default.
    ///
    /// - Parameters:
    ///   - key: The dotted name: `payment.url`.
    ///   - type: What the value must be.
    ///   - secret: Whether to keep the value out of error messages.
    /// - Returns: The value of the first source that has one.
    /// - Throws: ``ConfigurationError`` when no source has one, or it is not of the type.
    public func require<Value: ConfigurationValue>(
        _ key: String,
        as type: Value.Type = Value.self,
        secret: Bool = false
    ) throws -> Value {
        if let value = try value(key, as: type, secret: secret) { return value }
        let name = ConfigurationKey(key)
        throw ConfigurationError(
            .missingValue,
            "'\(key)' is not set; set the flag \(name.flag) or the environment variable "
                + "\(name.variable) to \(Value.configurationSyntax)"
        )
    }

    /// The value of a key, or nil when no source has one.
    ///
    /// - Throws: ``ConfigurationError`` when the value is not of the type.
    public func value<Value: ConfigurationValue>(
        _ key: String,
        as type: Value.Type = Value.self,
        secret: Bool = false
    ) throws -> Value? {
        let variable = ConfigurationKey(key).variable
        return try read(key, as: type, variables: [variable], secret: secret, default: nil)
    }

    /// The value of a key, or `fallback` when no source has one.
    ///
    /// - Throws: ``ConfigurationError`` when the value is not of the type.
    public func value<Value: ConfigurationValue>(
        _ key: String,
        default fallback: Value
    ) throws -> Value {
        let variable = ConfigurationKey(key).variable
        let value = try read(
            key,
            as: Value.self,
            variables: [variable],
            secret: false,
            default: "\(fallback)"
        )
        return value ?? fallback
    }

    // Reads a key and declares it. `variables` are asked after the one with the prefix.
    func read<Value: ConfigurationValue>(
        _ key: String,
        as type: Value.Type,
        variables: [String],
        secret: Bool = false,
        default fallback: String?
    ) throws -> Value? {
        let name = ConfigurationKey(key)
        let summary = fallback.map { "\(Value.configurationSyntax); default \($0)" }
        declarations.keys.withLock { $0[name] = summary ?? Value.configurationSyntax }
        guard let found = try sources.get().find(name, variables: variables) else { return nil }
        guard let value = Value(configurationText: found.text) else {
            let shown = secret ? "the value" : "'\(found.text)'"
            throw ConfigurationError(
                .badValue,
                "'\(key)' is \(shown) by \(found.source), which is not "
                    + Value.configurationSyntax
            )
        }
        return value
    }

    /// Refuses what the sources say about keys that nothing has read.
    package func refuseUnknownKeys() throws {
        let known = declarations.keys.withLock { Set($0.keys) }
        try sources.get().refuseUnknown(known: known)
    }

    /// What `--help` prints, when the command line asks for it.
    package func helpText(for name: String) throws -> String? {
        guard try sources.get().flags.asksForHelp else { return nil }
        let rows = declarations.keys.withLock { keys in
            keys.map { (flag: $0.flag, summary: $1) }
        }
        let width = rows.map(\.flag.count).max() ?? 0
        let lines = rows.sorted { $0.flag < $1.flag }.map { row in
            let padding = String(repeating: " ", count: width - row.flag.count)
            return "  \(row.flag)\(padding)  \(row.summary)"
        }
        let head =
            "Settings of \(name); also as environment variables (MARTLET_HTTP_PORT for "
            + "--http-port) and in the YAML or JSON file that --config names:"
        return ([head] + lines).joined(separator: "\n")
    }
}
