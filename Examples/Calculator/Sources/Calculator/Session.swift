import Foundation

/// What the calculator remembers from line to line.
struct Session {
    /// The values of the names; `ans` is the last result.
    private(set) var variables: [String: Decimal] = [:]

    /// Works a line out and remembers the result.
    ///
    /// - Returns: The value; nil for a line that is blank or a comment (`# …`).
    /// - Throws: ``CalculatorError`` with the column; nothing is remembered then.
    mutating func evaluate(_ line: String) throws(CalculatorError) -> Decimal? {
        let first = line.first { !$0.isWhitespace }
        guard let first, first != "#" else { return nil }
        let statement = try Parser.statement(of: line)
        let value = try statement.expression.value(with: variables)
        variables["ans"] = value
        if let name = statement.name { variables[name] = value }
        return value
    }
}
