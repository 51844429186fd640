/// Something that the code must not do, with what to do instead and why.
struct Rule: Sendable, CustomStringConvertible {
    /// The name, in the words of the report.
    let name: String
    /// Why the rule is there.
    let reason: String
    /// Finds what breaks the rule in one file: the line and what is wrong.
    let check: @Sendable (SourceFile) -> [Finding]

    /// One place that breaks a rule.
    struct Finding: Sendable {
        let line: Int
        let message: String
    }

    var description: String { name }

    /// What breaks this rule in a file, one line each, ready to print.
    func report(_ file: SourceFile) -> [String] {
        check(file).map { "\(file.path):\($0.line): \($0.message) (\(reason))" }
    }

    /// Every rule that looks at one file at a time.
    static let all: [Rule] =
        Ban.all.map(\.rule) + [
            .fileLength, .lineLength, .functionLength, .fileName, .unsoundness, .assertionSentence,
            .leftover, .machinePath, .importAccess, .importDirection, .foundation, .testSentence,
        ]
}
