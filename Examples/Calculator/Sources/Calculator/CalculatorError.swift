/// What is wrong with a line, and where.
struct CalculatorError: Error, Equatable {
    /// What is wrong, in a few words.
    let message: String
    /// The character that is to blame, counted from 0.
    let column: Int

    /// The line, and below it a mark under the character that is to blame.
    ///
    ///     1 + * 2
    ///         ^ expected a number, a name or '(', but found '*'
    func pointing(into line: String) -> String {
        // A tab stays a tab, so that the mark stands below its character on every terminal.
        let indent = line.prefix(column).map { $0 == "\t" ? "\t" : " " }.joined()
        return "\(line)\n\(indent)^ \(message)"
    }
}
