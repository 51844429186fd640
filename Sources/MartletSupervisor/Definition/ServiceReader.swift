import MartletCore
import Yams

/// Reads one service of a `martlet.yaml`.
struct ServiceReader {
    let name: String
    /// The names of all services.
    let names: [String]
    let directory: String
    let environment: [String: String]
    let problems: MappingReader.Problems

    private static let keys = [
        "command", "environment", "workingDirectory", "port", "health", "dependsOn", "restart",
        "stopTimeout",
    ]
    private static let healthKeys = [
        "http", "tcp", "command", "interval", "timeout", "retries", "startupTimeout",
    ]
    private static let maximumNameLength = 40

    func read(_ node: Node) -> ServiceDefinition? {
        guard
            let map = MappingReader(
                node,
                path: "services.\(name)",
                keys: Self.keys,
                problems: problems
            )
        else { return nil }
        checkName(line: map.line)
        guard let command = command("command", of: map) else {
            if map["command"] == nil {
                problems.add(map.line, map.keyPath("command"), "is missing.")
            }
            return nil
        }
        var service = ServiceDefinition(
            name: name,
            line: map.line ?? 1,
            command: command,
            workingDirectory: absolute(map.text("workingDirectory") ?? ".")
        )
        service.environment = variables(of: map)
        service.port = map.integer("port", in: 1...65535)
        service.dependencies = dependencies(of: map)
        service.restart = map.choice("restart", of: RestartCondition.self) ?? service.restart
        service.stopTimeout = map.duration("stopTimeout") ?? service.stopTimeout
        service.healthCheck = map["health"].flatMap { healthCheck($0, path: map.keyPath("health")) }
        return service
    }

    private func checkName(line: Int?) {
        let allowed = name.utf8.allSatisfy { byte in
            (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte)
                || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
                || byte == UInt8(ascii: "-")
        }
        let length = name.utf8.count
        if !allowed || name.hasPrefix("-") || length == 0 || length > Self.maximumNameLength {
            problems.add(
                line,
                "services.\(name)",
                "a name is 1 to \(Self.maximumNameLength) lower-case letters, digits and hyphens,"
                    + " and does not begin with a hyphen."
            )
        }
    }

    private func command(_ key: String, of map: MappingReader) -> [Template]? {
        guard let texts = map.texts(key) else { return nil }
        var words = texts.map(\.text)
        if case .scalar = map[key] {
            do {
                words = try ShellWords.split(texts.first?.text ?? "")
            } catch {
                map.refuse(key, error.message)
                return nil
            }
        }
        guard let program = words.first, !program.isEmpty else {
            map.refuse(key, "names no program.")
            return nil
        }
        let templates = words.compactMap { template($0, key: key, of: map) }
        return templates.count == words.count ? templates : nil
    }

    private func template(
        _ text: String,
        key: String,
        of map: MappingReader
    ) -> Template? {
        guard !text.utf8.contains(0) else {
            map.refuse(key, "has a NUL character in it.")
            return nil
        }
        do {
            return try Template(parsing: text, services: names, environment: environment)
        } catch {
            map.refuse(key, error.message)
            return nil
        }
    }

    private func variables(of map: MappingReader) -> [(name: String, value: Template)] {
        guard let node = map["environment"],
            let entries = MappingReader(
                node,
                path: map.keyPath("environment"),
                keys: nil,
                problems: problems
            )
        else { return [] }
        return entries.all.compactMap { key, _ in
            guard !key.isEmpty, !key.contains("="), !key.utf8.contains(0) else {
                entries.refuse(key, "is not the name of an environment variable.")
                return nil
            }
            guard let text = entries.text(key),
                let value = template(text, key: key, of: entries)
            else { return nil }
            return (key, value)
        }
    }

    private func dependencies(of map: MappingReader) -> [String] {
        let wanted = map.texts("dependsOn") ?? []
        for (dependency, line) in wanted where !names.contains(dependency) {
            let suggestion = Suggestion.sentence(for: dependency, among: names)
            problems.add(
                line,
                map.keyPath("dependsOn"),
                "there is no service “\(dependency)”.\(suggestion)"
            )
        }
        return wanted.map(\.text)
    }

    private func healthCheck(_ node: Node, path: String) -> HealthCheck? {
        guard
            let map = MappingReader(
                node,
                path: path,
                keys: Self.healthKeys,
                problems: problems
            )
        else { return nil }
        let asked = ["http", "tcp", "command"].filter { map[$0] != nil }
        guard asked.count == 1, let probe = probe(asked[0], of: map) else {
            if asked.count != 1 {
                problems.add(map.line, path, "must have exactly one of http, tcp and command.")
            }
            return nil
        }
        var check = HealthCheck(probe: probe)
        check.interval = map.duration("interval") ?? check.interval
        check.timeout = map.duration("timeout") ?? check.timeout
        check.retries = map.integer("retries", in: 1...100) ?? check.retries
        check.startupTimeout = map.duration("startupTimeout") ?? check.startupTimeout
        return check
    }

    private func probe(_ key: String, of map: MappingReader) -> HealthCheck.Probe? {
        switch key {
        case "http":
            guard let path = map.text("http") else { return nil }
            guard path.hasPrefix("/"), !path.contains(where: \.isWhitespace) else {
                map.refuse("http", "must be a path that begins with “/”, such as /health/ready.")
                return nil
            }
            return .http(path: path)
        case "tcp":
            guard map.text("tcp") == "true" else {
                map.refuse("tcp", "must be true; the port is the service's own.")
                return nil
            }
            return .tcp
        default:
            return command("command", of: map).map { .command($0) }
        }
    }

    private func absolute(_ path: String) -> String {
        if path.hasPrefix("/") { return path }
        if path == "." { return directory }
        return directory.hasSuffix("/") ? directory + path : "\(directory)/\(path)"
    }
}
