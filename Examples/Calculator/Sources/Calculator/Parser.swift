/// Makes a tree of a line's tokens.
///
/// A recursive-descent parser: one function for each level of precedence, the weakest first, each
/// made of the next.
///
///     statement = [ name "=" ] sum
///     sum       = product { ("+" | "-") product }
///     product   = signed { ("*" | "/") signed }
///     signed    = "-" signed | "+" signed | power
///     power     = primary [ "^" signed ]
///     primary   = number | name | "(" sum ")"
///
/// So `-2^2` is `-(2^2)`, `2^3^2` is `2^(3^2)`, and `2^-1` is one half.
struct Parser {
    /// How deep parentheses, signs and exponents may be nested, so that no line exhausts the stack.
    static let depthLimit = 200

    private let tokens: [Token]
    private var position = 0
    private var depth = 0

    private init(_ tokens: [Token]) {
        self.tokens = tokens
    }

    /// The statement that a line holds.
    static func statement(of line: String) throws(CalculatorError) -> Statement {
        var parser = Parser(try Lexer.tokens(of: line))
        let name = parser.takeAssignment()
        let expression = try parser.sum()
        guard parser.current.kind == .end else { throw parser.expected("an operator") }
        return Statement(name: name, expression: expression)
    }

    private mutating func takeAssignment() -> String? {
        guard case .name(let name) = tokens[0].kind, tokens[1].kind == .symbol("=") else {
            return nil
        }
        position = 2
        return name
    }

    private mutating func sum() throws(CalculatorError) -> Expression {
        var left = try product()
        while let (sign, column) = take([.plus, .minus]) {
            left = .operation(sign, left, try product(), column: column)
        }
        return left
    }

    private mutating func product() throws(CalculatorError) -> Expression {
        var left = try signed()
        while let (sign, column) = take([.times, .over]) {
            left = .operation(sign, left, try signed(), column: column)
        }
        return left
    }

    private mutating func signed() throws(CalculatorError) -> Expression {
        depth += 1
        defer { depth -= 1 }
        guard depth <= Self.depthLimit else {
            throw CalculatorError(message: "nested too deeply", column: current.column)
        }
        return switch take([.plus, .minus])?.sign {
        case .minus: .negation(try signed())
        case .plus: try signed()
        default: try power()
        }
    }

    private mutating func power() throws(CalculatorError) -> Expression {
        let base = try primary()
        guard let (sign, column) = take([.power]) else { return base }
        return .operation(sign, base, try signed(), column: column)
    }

    private mutating func primary() throws(CalculatorError) -> Expression {
        let token = current
        switch token.kind {
        case .number(let value):
            position += 1
            return .number(value)
        case .name(let name):
            position += 1
            return .variable(name, column: token.column)
        case .symbol("("):
            position += 1
            let inner = try sum()
            guard current.kind == .symbol(")") else {
                throw expected("an operator or the ')' of column \(token.column + 1)")
            }
            position += 1
            return inner
        default:
            throw expected("a number, a name or '('")
        }
    }

    private var current: Token { tokens[position] }

    /// Takes the next token if it is one of some operators.
    private mutating func take(
        _ wanted: [Expression.Operator]
    ) -> (sign: Expression.Operator, column: Int)? {
        guard case .symbol(let symbol) = current.kind,
            let sign = Expression.Operator(rawValue: symbol), wanted.contains(sign)
        else { return nil }
        defer { position += 1 }
        return (sign, current.column)
    }

    private func expected(_ wanted: String) -> CalculatorError {
        CalculatorError(
            message: "expected \(wanted), but found \(current.description)",
            column: current.column
        )
    }
}

/// A line: an expression, and perhaps the name that its value is to get.
struct Statement: Equatable {
    let name: String?
    let expression: Expression
}
