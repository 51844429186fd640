/// What is wrong with a gateway's configuration: everything that was found, in the order of lines.
public struct GatewayConfigurationError: Error, Hashable, Sendable {
    /// One thing that is wrong.
    public struct Problem: Hashable, Sendable {
        /// The line, counted from 1; nil for the file as a whole, or without a file.
        public var line: Int?
        /// The key's path, such as `routes[0].path`; empty for the file as a whole.
        public var key: String
        /// What is wrong with it, as a sentence.
        public var message: String

        package init(line: Int?, key: String, message: String) {
            self.line = line
            self.key = key
            self.message = message
        }
    }

    /// The file's name; nil for a configuration that came from no file.
    public var file: String?

    /// Never empty.
    public var problems: [Problem]

    package init(file: String?, problems: [Problem]) {
        self.file = file
        self.problems = problems
    }
}

extension GatewayConfigurationError: CustomStringConvertible {
    /// One `file:line: key: message` a line.
    public var description: String {
        problems.map { problem in
            let place = [file, problem.line.map(String.init)].compactMap { $0 }
            let prefix = place.isEmpty ? "" : place.joined(separator: ":") + ": "
            let key = problem.key.isEmpty ? "" : problem.key + ": "
            return "\(prefix)\(key)\(problem.message)"
        }.joined(separator: "\n")
    }
}
