import Foundation
import Testing

@testable import Calculator

@Suite("Calculator session")
struct SessionTests {
    @Test(
        "an expression is worked out as one learns at school",
        arguments: [
            ("1 + 2 * 3", "7"),
            ("(1 + 2) * 3", "9"),
            ("10 - 2 - 3", "5"),
            ("24 / 4 / 2", "3"),
            ("0.1 + 0.2", "0.3"),
            (".5*4", "2"),
            ("-2 ^ 2", "-4"),
            ("(-2) ^ 2", "4"),
            ("2 ^ 3 ^ 2", "512"),
            ("2 ^ -1", "0.5"),
            ("0 ^ 0", "1"),
            ("--3 - -+4", "7"),
            ("2 * -3", "-6"),
        ]
    )
    func expressions(_ line: String, _ expected: String) throws {
        var session = Session()
        #expect(try session.evaluate(line) == Decimal(string: expected))
    }

    @Test("a name keeps its value, and ans is the last result")
    func variables() throws {
        var session = Session()
        #expect(try session.evaluate("width = 1.5") == 1.5)
        #expect(try session.evaluate("height_2 = 2 * width") == 3)
        #expect(try session.evaluate("ans + width") == 4.5)
        #expect(try session.evaluate("width = width + 1") == 2.5)
    }

    @Test("a line that is wrong changes nothing")
    func wrongLine() throws {
        var session = Session()
        _ = try session.evaluate("x = 1")
        #expect(throws: CalculatorError.self) { try session.evaluate("x = 1 / 0") }
        #expect(session.variables == ["x": 1, "ans": 1])
    }

    @Test("a blank line and a comment have no value", arguments: ["", "  ", " # 1 + 1"])
    func blank(_ line: String) throws {
        var session = Session()
        #expect(try session.evaluate(line) == nil)
    }
}
