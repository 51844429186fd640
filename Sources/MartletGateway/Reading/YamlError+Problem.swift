import Yams

extension YamlError {
    /// What is wrong with the text, and where, for whoever wrote it.
    var problem: (line: Int?, message: String) {
        switch self {
        case .scanner(let context, let problem, let mark, let yaml):
            let hint = Self.hint(for: problem, on: mark.line, of: yaml)
            return (mark.line, Self.sentence(context, problem, mark) + hint)
        case .parser(let context, let problem, let mark, _),
            .composer(let context, let problem, let mark, _):
            return (mark.line, Self.sentence(context, problem, mark))
        case .reader(let problem, let offset, _, let yaml):
            let line = offset.map { yaml.prefix($0).utf8.count { $0 == UInt8(ascii: "\n") } + 1 }
            return (line, "this is not YAML: \(problem).")
        case .duplicatedKeysInMapping(let keys, let context):
            let names = keys.map { "“\($0)”" }.joined(separator: ", ")
            return (context.mark.line, "\(names) stands twice in the mapping that begins here.")
        default:
            return (nil, "this is not YAML.")
        }
    }

    private static func sentence(_ context: Context?, _ problem: String, _ mark: Mark) -> String {
        guard let context, !context.text.isEmpty else { return "this is not YAML: \(problem)." }
        let isElsewhere = context.mark.line > 0 && context.mark.line != mark.line
        let place = isElsewhere ? " that begins on line \(context.mark.line)" : ""
        return "this is not YAML: \(context.text)\(place), \(problem)."
    }

    /// What most often stands behind the scanner's least helpful sentence.
    private static func hint(for problem: String, on line: Int, of yaml: String) -> String {
        guard problem.contains("cannot start any token") else { return "" }
        let lines = yaml.split(separator: "\n", omittingEmptySubsequences: false)
        guard lines.indices.contains(line - 1) else { return "" }
        let indentation = lines[line - 1].prefix { $0 == " " || $0 == "\t" }
        return indentation.contains("\t")
            ? " YAML is indented with spaces, not with tabs."
            : " A text that begins with “@”, “`” or “%” must stand in quotes."
    }
}
