import MartletCore
import Yams

/// Reads the keys of one YAML mapping and notes every problem instead of stopping at the first.
struct MappingReader {
    /// Collects what is wrong with a file.
    final class Problems {
        private(set) var all: [DefinitionError.Problem] = []

        func add(_ line: Int?, _ key: String, _ message: String) {
            all.append(.init(line: line, key: key, message: message))
        }
    }

    let path: String
    let line: Int?
    let problems: Problems
    private let entries: [(key: String, node: Node)]

    /// Takes `node` for a mapping with these keys.
    ///
    /// Nil, and a problem, when it is none; a problem a key that is not among `keys`.
    ///
    /// - Parameters:
    ///   - node: The node.
    ///   - path: The key's path, for messages.
    ///   - keys: The keys that it may have; nil allows any.
    ///   - problems: Where to note what is wrong.
    init?(_ node: Node, path: String, keys: [String]?, problems: Problems) {
        guard case .mapping(let mapping) = node else {
            problems.add(node.mark?.line, path, "must be a mapping of keys to values.")
            return nil
        }
        self.path = path
        self.line = node.mark?.line
        self.problems = problems
        var entries: [(key: String, node: Node)] = []
        for (keyNode, value) in mapping {
            guard case .scalar(let scalar) = keyNode else {
                problems.add(keyNode.mark?.line, path, "has a key that is not a text.")
                continue
            }
            let key = scalar.string
            if let keys, !keys.contains(key) {
                let known = keys.joined(separator: ", ")
                let suggestion = Suggestion.sentence(for: key, among: keys)
                let hint = suggestion.isEmpty ? " Known keys: \(known)." : suggestion
                problems.add(
                    keyNode.mark?.line,
                    Self.join(path, key),
                    "there is no such key.\(hint)"
                )
                continue
            }
            entries.append((key, value))
        }
        self.entries = entries
    }

    /// The keys with their values, in the file's order.
    var all: [(key: String, node: Node)] { entries }

    subscript(key: String) -> Node? {
        entries.first { $0.key == key }?.node
    }

    func keyPath(_ key: String) -> String { Self.join(path, key) }

    /// Notes a problem with the value of `key`.
    func refuse(_ key: String, _ message: String) {
        problems.add(self[key]?.mark?.line ?? line, keyPath(key), message)
    }

    /// The text of a scalar; nil when the key is absent, or is no scalar, which is a problem.
    func text(_ key: String) -> String? {
        guard let node = self[key] else { return nil }
        guard case .scalar(let scalar) = node else {
            refuse(key, "must be a text.")
            return nil
        }
        return scalar.string
    }

    /// A whole number in `range`.
    func integer(_ key: String, in range: ClosedRange<Int>) -> Int? {
        guard let text = text(key) else { return nil }
        guard let value = Int(text), range.contains(value) else {
            refuse(
                key,
                "must be a whole number from \(range.lowerBound) to \(range.upperBound),"
                    + " not “\(text)”."
            )
            return nil
        }
        return value
    }

    /// A duration.
    func duration(_ key: String) -> Duration? {
        guard let text = text(key) else { return nil }
        guard let value = DurationText.parse(text) else {
            refuse(
                key,
                "must be a duration above zero such as 250ms, 10s or 2m, and at most 24h,"
                    + " not “\(text)”."
            )
            return nil
        }
        return value
    }

    /// One of the cases of an enumeration.
    func choice<Choice: RawRepresentable<String> & CaseIterable>(
        _ key: String,
        of type: Choice.Type
    ) -> Choice? {
        guard let text = text(key) else { return nil }
        guard let value = Choice(rawValue: text) else {
            let known = Choice.allCases.map(\.rawValue)
            refuse(
                key,
                "must be one of \(known.joined(separator: ", ")), not “\(text)”."
                    + Suggestion.sentence(for: text, among: known)
            )
            return nil
        }
        return value
    }

    /// A list of texts; a single text counts as a list of one.
    func texts(_ key: String) -> [(text: String, line: Int?)]? {
        guard let node = self[key] else { return nil }
        switch node {
        case .scalar(let scalar):
            return [(scalar.string, scalar.mark?.line)]
        case .sequence(let sequence):
            var texts: [(text: String, line: Int?)] = []
            for item in sequence {
                guard case .scalar(let scalar) = item else {
                    refuse(key, "must be a list of texts.")
                    return nil
                }
                texts.append((scalar.string, scalar.mark?.line))
            }
            return texts
        case .mapping, .alias:
            refuse(key, "must be a list of texts.")
            return nil
        }
    }

    private static func join(_ path: String, _ key: String) -> String {
        path.isEmpty ? key : "\(path).\(key)"
    }
}
