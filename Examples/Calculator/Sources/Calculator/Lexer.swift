import Foundation

/// Cuts a line into tokens.
struct Lexer {
    /// The most characters of a line.
    static let lineLimit = 1_000
    /// The most digits of a number: what `Decimal` holds without rounding.
    static let digitLimit = 38

    private let characters: [Character]
    private var position = 0

    private init(_ line: String) {
        characters = Array(line)
    }

    /// The tokens of a line; the last is the end.
    static func tokens(of line: String) throws(CalculatorError) -> [Token] {
        var lexer = Lexer(line)
        guard lexer.characters.count <= lineLimit else {
            throw CalculatorError(message: "more than \(lineLimit) characters", column: lineLimit)
        }
        var tokens: [Token] = []
        while let token = try lexer.next() { tokens.append(token) }
        return tokens + [Token(kind: .end, column: lexer.characters.count)]
    }

    private mutating func next() throws(CalculatorError) -> Token? {
        _ = take { $0.isWhitespace }
        guard position < characters.count else { return nil }
        let start = position
        let character = characters[start]
        switch character {
        case "0"..."9", ".":
            return Token(kind: .number(try number()), column: start)
        case "+", "-", "*", "/", "^", "(", ")", "=":
            position += 1
            return Token(kind: .symbol(character), column: start)
        case _ where character.isLetter:
            return Token(
                kind: .name(take { $0.isLetter || $0.isNumber || $0 == "_" }),
                column: start
            )
        default:
            throw CalculatorError(message: "'\(character)' means nothing here", column: start)
        }
    }

    /// A number such as `12`, `0.5` or `.5`.
    private mutating func number() throws(CalculatorError) -> Decimal {
        let start = position
        let text = take { ("0"..."9").contains($0) || $0 == "." }
        guard text.count(where: { $0 == "." }) <= 1, text != ".", let value = Decimal(string: text)
        else {
            throw CalculatorError(message: "'\(text)' is not a number", column: start)
        }
        guard text.count <= Self.digitLimit else {
            throw CalculatorError(
                message: "a number has at most \(Self.digitLimit) digits",
                column: start
            )
        }
        return value
    }

    /// Takes characters as long as they are wanted.
    private mutating func take(while isWanted: (Character) -> Bool) -> String {
        let run = characters[position...].prefix(while: isWanted)
        position += run.count
        return String(run)
    }
}
