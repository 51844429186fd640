import Configuration
import MartletCore

/// Where settings come from, in the order of their precedence: flags, environment, file.
struct ConfigurationSources: Sendable {
    /// A text and where it stood.
    struct Found: Sendable {
        let text: String
        /// Such as `the flag --http-port`.
        let source: String
    }

    /// What every variable that belongs to Martlet begins with.
    static let variablePrefix = "MARTLET_"

    /// The keys that say where the file is; they stand in no file.
    static let fileKey = ConfigurationKey("config")

    let flags: ConfigurationFlags
    let file: ConfigurationFile?
    private let variableNames: [String]
    private let flagProvider: InMemoryProvider
    private let environmentProvider: EnvironmentVariablesProvider
    private let fileProvider: InMemoryProvider

    /// Reads the flags, and the file that `--config` or `MARTLET_CONFIG` names.
    init(arguments: [String], environment: [String: String]) throws(ConfigurationError) {
        flags = try ConfigurationFlags(arguments)
        let variable = Self.variablePrefix + Self.fileKey.variable
        let path = flags.values[Self.fileKey]?.value ?? environment[variable]
        if let path, !path.isEmpty {
            file = try ConfigurationFile(path: path)
        } else {
            file = nil
        }
        variableNames = environment.keys.filter { $0.hasPrefix(Self.variablePrefix) }.sorted()
        flagProvider = Self.provider("flags", of: flags.values.mapValues(\.value))
        fileProvider = Self.provider("file", of: file?.values.mapValues(\.value) ?? [:])
        environmentProvider = EnvironmentVariablesProvider(
            environmentVariables: environment.filter { !$0.value.isEmpty }
        )
    }

    private static func provider(
        _ name: String,
        of values: [ConfigurationKey: String]
    ) -> InMemoryProvider {
        var settings: [AbsoluteConfigKey: ConfigValue] = [:]
        for (key, value) in values {
            settings[AbsoluteConfigKey(key.words)] = ConfigValue(.string(value), isSecret: false)
        }
        return InMemoryProvider(name: name, values: settings)
    }

    // The text of a key in the first source that has one. `variables` are asked after the one
    // with the prefix, in order.
    func find(_ key: ConfigurationKey, variables: [String]) throws -> Found? {
        let absolute = AbsoluteConfigKey(key.words)
        if let text = try text(of: absolute, in: flagProvider) {
            return Found(text: text, source: "the flag \(flags.values[key]?.spelling ?? key.flag)")
        }
        for name in [Self.variablePrefix + key.variable] + variables {
            if let text = try environmentProvider.environmentValue(forName: name) {
                return Found(text: text, source: "the environment variable \(name)")
            }
        }
        if let file, let text = try text(of: absolute, in: fileProvider) {
            return Found(text: text, source: "the file '\(file.path)'")
        }
        return nil
    }

    private func text(of key: AbsoluteConfigKey, in provider: InMemoryProvider) throws -> String? {
        guard
            case .string(let text)? = try provider.value(forKey: key, type: .string).value?.content
        else { return nil }
        return text
    }

    /// Says of every flag, prefixed variable and file key that is not among `known` that it is
    /// unknown, and what it may have been meant to be.
    ///
    /// - Throws: ``ConfigurationError`` that names all of them.
    func refuseUnknown(known: Set<ConfigurationKey>) throws(ConfigurationError) {
        var problems: [String] = []
        for (key, flag) in flags.values where key != Self.fileKey && !known.contains(key) {
            let names = known.map(\.flag) + [Self.fileKey.flag, "--help"]
            problems.append(Self.problem("the flag \(flag.spelling)", key.flag, among: names))
        }
        for name in variableNames {
            let key = ConfigurationKey(name.dropFirst(Self.variablePrefix.count))
            guard key != Self.fileKey, !known.contains(key) else { continue }
            let names = (known.map(\.variable) + [Self.fileKey.variable])
                .map { Self.variablePrefix + $0 }
            problems.append(Self.problem("the environment variable \(name)", name, among: names))
        }
        if let file {
            for (key, setting) in file.values where !known.contains(key) {
                let spelling = key.words.joined(separator: ".")
                let names = known.map { $0.words.joined(separator: ".") }
                let place = "'\(setting.spelling)' in the file '\(file.path)'"
                problems.append(Self.problem(place, spelling, among: names))
            }
        }
        guard !problems.isEmpty else { return }
        throw ConfigurationError(.unknownKey, problems.sorted().joined(separator: " "))
    }

    private static func problem(
        _ place: String,
        _ spelling: String,
        among names: [String]
    ) -> String {
        "Nothing reads \(place).\(Suggestion.sentence(for: spelling, among: names))"
    }
}
