import Foundation
import TestSupport
import Testing

@testable import Calculator

@Suite("Calculator errors")
struct CalculatorErrorTests {
    @Test(
        "an error names what is wrong and points at its column",
        arguments: [
            ("1 + * 2", 4, "expected a number, a name or '(', but found '*'"),
            ("1 +", 3, "expected a number, a name or '(', but found the end"),
            ("(1 + 2", 6, "expected an operator or the ')' of column 1, but found the end"),
            ("1 2", 2, "expected an operator, but found the number 2"),
            ("1)", 1, "expected an operator, but found ')'"),
            ("1 = 2", 2, "expected an operator, but found '='"),
            ("x =", 3, "expected a number, a name or '(', but found the end"),
            ("2 * y", 4, "'y' has no value yet"),
            ("1 / (2 - 2)", 2, "division by zero"),
            ("0 ^ -1", 2, "division by zero"),
            ("2 ^ 0.5", 2, "an exponent is a whole number of at most 10000"),
            ("2 ^ 10001", 2, "an exponent is a whole number of at most 10000"),
            ("10 ^ 200", 3, "the result is too large or too small"),
            ("3 + 1.2.3", 4, "'1.2.3' is not a number"),
            (".", 0, "'.' is not a number"),
            ("2 € 3", 2, "'€' means nothing here"),
        ]
    )
    func pointing(_ line: String, _ column: Int, _ message: String) {
        var session = Session()
        #expect(throws: CalculatorError(message: message, column: column)) {
            try session.evaluate(line)
        }
    }

    @Test("the mark stands below the character that is to blame")
    func mark() {
        let error = CalculatorError(message: "no", column: 3)
        #expect(error.pointing(into: "1\t+ x") == "1\t+ x\n \t ^ no")
    }

    @Test(
        "a line that is too long or nested too deeply is refused",
        arguments: [
            String(repeating: "(", count: 10_000),
            String(repeating: "(", count: 900),
            String(repeating: "-", count: 900) + "1",
            String(repeating: "2^", count: 400) + "1",
            String(repeating: "9", count: 39),
        ]
    )
    func limits(_ line: String) {
        var session = Session()
        #expect(throws: CalculatorError.self) { try session.evaluate(line) }
    }

    @Test("what stays below the limits is worked out")
    func belowLimits() throws {
        let depth = Parser.depthLimit - 1
        let nested =
            String(repeating: "(", count: depth) + "1" + String(repeating: ")", count: depth)
        var session = Session()
        #expect(try session.evaluate(nested) == 1)
        let sum = String(repeating: "1+", count: Lexer.lineLimit / 2 - 1) + "1"
        #expect(try session.evaluate(sum) == 500)
    }

    @Test("no line of random words crashes, and every column lies in the line")
    func fuzz() {
        let words = ["1", "2.5", "x", "+", "-", "*", "/", "^", "(", ")", "=", " ", "?", "é"]
        var random = SplitMix(seed: 0x5EED)
        for _ in 0..<5_000 {
            let count = Int.random(in: 0...12, using: &random)
            let line = (0..<count).compactMap { _ in words.randomElement(using: &random) }.joined()
            var session = Session()
            do {
                _ = try session.evaluate(line)
            } catch {
                #expect((0...line.count).contains(error.column), "\(line)")
            }
        }
    }
}
