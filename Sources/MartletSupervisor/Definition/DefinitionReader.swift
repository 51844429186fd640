import MartletCore
import Yams

/// Reads a `martlet.yaml`.
package struct DefinitionReader {
    private let file: String
    private let directory: String
    private let environment: [String: String]
    private let problems = MappingReader.Problems()

    /// Makes a reader.
    ///
    /// - Parameters:
    ///   - file: The file's name, for messages.
    ///   - directory: The absolute directory that relative working directories start from.
    ///   - environment: What `${VARIABLE}` is looked up in.
    package init(file: String, directory: String, environment: [String: String]) {
        self.file = file
        self.directory = directory
        self.environment = environment
    }

    /// Reads the definition.
    ///
    /// - Parameter yaml: The file's text.
    /// - Returns: The definition, with its services in order of dependency.
    /// - Throws: ``DefinitionError`` with everything that is wrong.
    package func read(_ yaml: String) throws(DefinitionError) -> SystemDefinition {
        let definition = readDocument(yaml)
        guard problems.all.isEmpty, let definition else {
            let sorted = problems.all.sorted { $0.line ?? 0 < $1.line ?? 0 }
            throw DefinitionError(file: file, problems: sorted)
        }
        return definition
    }

    private func readDocument(_ yaml: String) -> SystemDefinition? {
        let root: Node?
        do {
            root = try Yams.compose(yaml: yaml)
        } catch {
            let (line, message) = Self.explain(error)
            problems.add(line, "", message)
            return nil
        }
        let example = "services: {web: {command: python3 -m http.server ${PORT}}}"
        guard let root,
            let top = MappingReader(
                root,
                path: "",
                keys: ["services", "console"],
                problems: problems
            )
        else {
            problems.add(nil, "", "describes no services; the smallest file is “\(example)”.")
            return nil
        }
        guard let servicesNode = top["services"] else {
            problems.add(nil, "services", "is missing; the smallest file is “\(example)”.")
            return nil
        }
        let services = readServices(servicesNode)
        let extra = top.choice("console", of: SystemDefinition.ConsoleExtra.self)
        if extra == .shop, !services.contains(where: { $0.name == "gateway" }) {
            top.refuse("console", "“shop” needs a service named “gateway”.")
        }
        return SystemDefinition(file: file, services: ordered(services), consoleExtra: extra)
    }

    private func readServices(_ node: Node) -> [ServiceDefinition] {
        guard let all = MappingReader(node, path: "services", keys: nil, problems: problems)
        else { return [] }
        let names = all.all.map(\.key)
        if names.isEmpty {
            problems.add(all.line, "services", "is empty; at least one service is needed.")
        }
        if names.count > SystemDefinition.maximumServices {
            let limit = SystemDefinition.maximumServices
            problems.add(all.line, "services", "has \(names.count) entries; \(limit) are allowed.")
            return []
        }
        return all.all.compactMap { name, node in
            ServiceReader(
                name: name,
                names: names,
                directory: directory,
                environment: environment,
                problems: problems
            ).read(node)
        }
    }

    private func ordered(_ services: [ServiceDefinition]) -> [ServiceDefinition] {
        let byName = Dictionary(services.map { ($0.name, $0) }) { first, _ in first }
        let dependencies = byName.mapValues { service in
            service.dependencies.filter { byName[$0] != nil }
        }
        do {
            let names = try DependencyOrder.sorted(
                services.map(\.name),
                dependencies: dependencies
            )
            return names.compactMap { byName[$0] }
        } catch {
            let first = error.path.first ?? ""
            problems.add(
                byName[first]?.line,
                "services.\(first).dependsOn",
                "services cannot wait for each other in a circle:"
                    + " \(error.path.joined(separator: " → "))."
            )
            return services
        }
    }

    private static func explain(_ error: any Error) -> (line: Int?, message: String) {
        switch error as? YamlError {
        case .scanner(_, let problem, let mark, _), .parser(_, let problem, let mark, _),
            .composer(_, let problem, let mark, _):
            (mark.line, "is not YAML: \(problem).")
        case .duplicatedKeysInMapping(let duplicates, let context):
            (
                context.mark.line,
                "a key stands twice in one mapping: \(duplicates.joined(separator: ", "))."
            )
        default:
            (nil, "is not YAML: \(error)")
        }
    }
}
