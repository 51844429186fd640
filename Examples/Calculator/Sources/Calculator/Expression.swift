import Foundation

/// An expression as a tree: what is below is worked out first.
indirect enum Expression: Equatable {
    case number(Decimal)
    case variable(String, column: Int)
    case negation(Expression)
    case operation(Operator, Expression, Expression, column: Int)

    /// What stands between two expressions.
    enum Operator: Character {
        case plus = "+"
        case minus = "-"
        case times = "*"
        case over = "/"
        case power = "^"
    }
}

extension Expression {
    /// The largest exponent.
    static let exponentLimit: Decimal = 10_000

    /// Works the expression out.
    func value(with variables: [String: Decimal]) throws(CalculatorError) -> Decimal {
        switch self {
        case .number(let value):
            return value
        case .variable(let name, let column):
            guard let value = variables[name] else {
                throw CalculatorError(message: "'\(name)' has no value yet", column: column)
            }
            return value
        case .negation(let operand):
            return try -operand.value(with: variables)
        case .operation(let sign, let left, let right, let column):
            return try sign.apply(
                to: left.value(with: variables),
                right.value(with: variables),
                column: column
            )
        }
    }
}

extension Expression.Operator {
    fileprivate func apply(
        to left: Decimal,
        _ right: Decimal,
        column: Int
    ) throws(CalculatorError) -> Decimal {
        let value: Decimal
        switch self {
        case .plus: value = left + right
        case .minus: value = left - right
        case .times: value = left * right
        case .over:
            guard right != 0 else {
                throw CalculatorError(message: "division by zero", column: column)
            }
            value = left / right
        case .power: value = try raise(left, to: right, column: column)
        }
        // This is how Decimal says that it cannot hold the result.
        guard !value.isNaN else {
            throw CalculatorError(message: "the result is too large or too small", column: column)
        }
        return value
    }

    private func raise(
        _ base: Decimal,
        to exponent: Decimal,
        column: Int
    ) throws(CalculatorError) -> Decimal {
        let whole = NSDecimalNumber(decimal: exponent).intValue
        guard abs(exponent) <= Expression.exponentLimit, Decimal(whole) == exponent else {
            throw CalculatorError(
                message: "an exponent is a whole number of at most \(Expression.exponentLimit)",
                column: column
            )
        }
        guard base != 0 || whole >= 0 else {
            throw CalculatorError(message: "division by zero", column: column)
        }
        let power = pow(base, abs(whole))
        return whole < 0 ? 1 / power : power
    }
}
