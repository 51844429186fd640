/// A word of the language or of a library that the code does not use.
struct Ban: Sendable {
    /// What is banned; matched in code as whole words.
    let pattern: String
    /// What to write instead.
    let replacement: String
    /// Why.
    let reason: String
    /// Where the ban holds.
    var scope = Scope.everywhere
    /// The files that are excused, each with its reason.
    var excused: [String: String] = [:]

    /// A part of the tree.
    enum Scope: Sendable {
        /// Every Swift file.
        case everywhere
        /// The libraries: what ships and is not a program.
        case libraries
        /// What ships, but for the one room that knows event loops.
        case outsideTransport
        /// Tests.
        case tests

        func holds(_ file: SourceFile) -> Bool {
            switch self {
            case .everywhere: true
            case .libraries: !file.isTest && Layers.libraries.contains(file.target)
            case .outsideTransport:
                !file.isTest && !file.target.isEmpty && file.target != "MartletTransport"
            case .tests: file.isTest
            }
        }
    }

    /// The ban as a rule.
    var rule: Rule {
        Rule(name: "ban \(pattern)", reason: reason) { file in
            guard file.isSwift, scope.holds(file), excused[file.path] == nil else { return [] }
            return file.occurrences(of: pattern).map { offset in
                Rule.Finding(
                    line: file.line(of: offset),
                    message: "`\(pattern)` is banned; use \(replacement)"
                )
            }
        }
    }
}
