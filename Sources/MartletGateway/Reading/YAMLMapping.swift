import MartletCore
import Yams

/// Collects what is wrong with a file, so that all of it is told at once.
final class ReadingProblems {
    private(set) var all: [GatewayConfigurationError.Problem] = []

    func add(_ line: Int?, _ key: String, _ message: String) {
        all.append(.init(line: line, key: key, message: message))
    }
}

/// The entries of one YAML mapping whose keys are known.
struct YAMLMapping {
    let path: String
    let line: Int?
    private let problems: ReadingProblems
    private var values: [String: Node] = [:]
    /// The keys that may have been meant by those that are not known.
    private var mistyped: Set<String> = []

    /// Takes `node` for a mapping; notes a problem for each key that is not among `keys`.
    ///
    /// Nil, and a problem, when it is none.
    init?(_ node: Node, path: String, keys: [String], problems: ReadingProblems) {
        guard case .mapping(let mapping) = node else {
            let subject = path.isEmpty ? "the file " : ""
            problems.add(
                node.mark?.line,
                path,
                "\(subject)must be a mapping of keys to values, as in “\(keys.last ?? ""): …”."
            )
            return nil
        }
        self.path = path
        self.problems = problems
        line = mapping.first?.key.mark?.line ?? node.mark?.line
        for (keyNode, value) in mapping {
            guard let key = keyNode.string else {
                problems.add(keyNode.mark?.line, path, "has a key that is no text.")
                continue
            }
            guard keys.contains(key) else {
                let known = " Known keys: \(keys.joined(separator: ", "))."
                let suggestion = Suggestion.sentence(for: key, among: keys)
                if let meant = Suggestion.closest(to: key, among: keys) { mistyped.insert(meant) }
                problems.add(
                    keyNode.mark?.line,
                    keyPath(key),
                    "there is no such key.\(suggestion.isEmpty ? known : suggestion)"
                )
                continue
            }
            values[key] = value
        }
    }

    subscript(key: String) -> Node? { values[key] }

    func keyPath(_ key: String) -> String { path.isEmpty ? key : "\(path).\(key)" }

    /// Notes that a key must be there and is not, unless a key that is not known may stand for it.
    func refuseMissing(_ key: String, _ message: String) {
        if !mistyped.contains(key) { refuse(key, message) }
    }

    /// Notes a problem with the value of `key`.
    func refuse(_ key: String, _ message: String) {
        problems.add(values[key]?.mark?.line ?? line, keyPath(key), message)
    }

    /// The text of a scalar; nil when the key is absent, or is no scalar, which is a problem.
    func text(_ key: String) -> String? {
        guard let node = values[key] else { return nil }
        guard case .scalar(let scalar) = node else {
            refuse(key, "must be a text.")
            return nil
        }
        guard !Self.isMissing(scalar) else {
            refuse(key, "has no value.")
            return nil
        }
        return scalar.string
    }

    /// A duration.
    func duration(_ key: String) -> Duration? {
        guard let text = text(key) else { return nil }
        guard let value = DurationText.parse(text) else {
            refuse(
                key,
                "must be a duration above zero such as 250ms, 10s or 2m, not “\(text)”."
            )
            return nil
        }
        return value
    }

    /// One of the words that `Choice` knows.
    func choice<Choice: RawRepresentable<String> & CaseIterable>(
        _ key: String,
        _: Choice.Type
    ) -> Choice? {
        guard let text = text(key) else { return nil }
        guard let choice = Choice(rawValue: text) else {
            let known = Choice.allCases.map(\.rawValue)
            refuse(
                key,
                "must be one of \(known.joined(separator: ", ")), not “\(text)”."
                    + Suggestion.sentence(for: text, among: known)
            )
            return nil
        }
        return choice
    }

    /// True or false.
    func boolean(_ key: String) -> Bool? {
        guard let node = values[key] else { return nil }
        guard let value = node.bool else {
            let text = node.string.map { ", not “\($0)”" } ?? ""
            refuse(key, "must be true or false\(text).")
            return nil
        }
        return value
    }

    /// A list of texts, each with its line; a single text counts as a list of one.
    func texts(_ key: String) -> [(text: String, line: Int?)]? {
        guard let node = values[key] else { return nil }
        let items: [Node]
        switch node {
        case .scalar: items = [node]
        case .sequence(let sequence): items = Array(sequence)
        case .mapping, .alias: items = []
        }
        if case .scalar(let scalar) = node, Self.isMissing(scalar) {
            refuse(key, "has no value.")
            return nil
        }
        let texts = items.compactMap { item -> (text: String, line: Int?)? in
            guard case .scalar(let scalar) = item else { return nil }
            return (scalar.string, scalar.mark?.line)
        }
        guard !texts.isEmpty, texts.count == items.count else {
            refuse(key, "must be a text, or a list of texts with at least one entry.")
            return nil
        }
        return texts
    }

    /// Whether nothing stands where a value should, as in `path:`.
    private static func isMissing(_ scalar: Node.Scalar) -> Bool {
        scalar.string.isEmpty && scalar.style == .plain
    }

    /// Notes a problem with one entry of a list.
    func refuse(_ key: String, line: Int?, _ message: String) {
        problems.add(line ?? self.line, keyPath(key), message)
    }
}
