import Foundation
import Yams

/// The settings in a file: YAML, or JSON, which is a part of YAML.
///
/// Nested mappings make dotted keys; a sequence of scalars is a list.
struct ConfigurationFile: Sendable {
    /// The file's path, for messages.
    let path: String

    /// The values, with the dotted key as it stands in the file.
    private(set) var values: [ConfigurationKey: (spelling: String, value: String)] = [:]

    /// The longest file that is read: 1 MiB.
    static let sizeLimit = 1 << 20

    /// Reads and flattens a file.
    ///
    /// - Throws: ``ConfigurationError`` that names the file, and the place in it.
    init(path: String) throws(ConfigurationError) {
        self.path = path
        let text: String
        do {
            text = try String(contentsOfFile: path, encoding: .utf8)
        } catch {
            throw ConfigurationError(.unreadableFile, "cannot read '\(path)'", cause: error)
        }
        guard text.utf8.count <= Self.sizeLimit else {
            throw ConfigurationError(
                .unreadableFile,
                "'\(path)' is longer than \(Self.sizeLimit) bytes"
            )
        }
        let root: Node?
        do {
            root = try Yams.compose(yaml: text)
        } catch {
            throw ConfigurationError(
                .unreadableFile,
                "'\(path)' is neither YAML nor JSON",
                cause: error
            )
        }
        guard let root else { return }
        guard case .mapping(let mapping) = root else {
            throw ConfigurationError(.unreadableFile, "'\(path)' is not a mapping of keys")
        }
        try flatten(mapping, under: "")
    }

    private mutating func flatten(
        _ mapping: Node.Mapping,
        under prefix: String
    ) throws(ConfigurationError) {
        for (name, node) in mapping {
            let spelling = prefix + (name.scalar?.string ?? "")
            switch node {
            case .scalar(let scalar):
                values[ConfigurationKey(spelling)] = (spelling, scalar.string)
            case .sequence(let sequence):
                let items = sequence.compactMap { $0.scalar?.string }
                guard items.count == sequence.count else {
                    throw ConfigurationError(
                        .badValue,
                        "'\(spelling)' in '\(path)' is a list of something other than plain values"
                    )
                }
                values[ConfigurationKey(spelling)] = (spelling, items.joined(separator: ","))
            case .mapping(let nested):
                try flatten(nested, under: spelling + ".")
            case .alias:
                throw ConfigurationError(
                    .badValue,
                    "'\(spelling)' in '\(path)' is an alias, which has no meaning here"
                )
            }
        }
    }
}
