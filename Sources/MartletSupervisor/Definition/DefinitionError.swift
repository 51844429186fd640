/// What is wrong with a `martlet.yaml`: everything that was found, in the order of the lines.
package struct DefinitionError: Error, Hashable, Sendable {
    /// One thing that is wrong.
    package struct Problem: Hashable, Sendable {
        /// The line, counted from 1; nil when the file as a whole is wrong.
        package var line: Int?
        /// The key's path, such as `services.user.port`; empty for the file as a whole.
        package var key: String
        /// What is wrong with it, as a sentence.
        package var message: String
    }

    /// The file's name as it was given.
    package var file: String
    /// Never empty.
    package var problems: [Problem]
}

extension DefinitionError: CustomStringConvertible {
    /// One `file:line: key: message` a line.
    package var description: String {
        problems.map { problem in
            let line = problem.line.map { ":\($0)" } ?? ""
            let key = problem.key.isEmpty ? "" : "\(problem.key): "
            return "\(file)\(line): \(key)\(problem.message)"
        }.joined(separator: "\n")
    }
}
