import ArgumentParser
import Foundation

/// The program: works out its argument, or one line after the other.
@main
struct CalculatorCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "calculator",
        abstract: "Works out expressions.",
        discussion: """
            Knows + - * / ^, parentheses, decimals and names: 'x = 1.5', then '2 * x'. The last \
            result is 'ans'. Without an expression it reads one from each line of its input.
            """
    )

    // What the parser does not know as an option is part of the expression: '-2 + 3'.
    @Argument(parsing: .allUnrecognized, help: "What to work out, such as '(1 + 2) * 3'.")
    var expression: [String] = []

    func run() throws {
        var session = Session()
        let isGood =
            if expression.isEmpty {
                answerLines(&session)
            } else {
                answer(expression.joined(separator: " "), &session)
            }
        if !isGood { throw ExitCode.failure }
    }

    /// Answers lines until the input ends or says `quit`; false when one of them was wrong.
    private func answerLines(_ session: inout Session) -> Bool {
        let isPerson = isatty(STDIN_FILENO) == 1
        var isGood = true
        while true {
            if isPerson { print("> ", terminator: "") }
            fflush(nil)
            guard let line = readLine(), line != "quit" else { break }
            isGood = answer(line, &session) && isGood
        }
        // A person has seen the errors; a script wants to know of them.
        return isGood || isPerson
    }

    private func answer(_ line: String, _ session: inout Session) -> Bool {
        do {
            if let value = try session.evaluate(line) { print(value) }
            return true
        } catch {
            let message = error.pointing(into: line) + "\n"
            FileHandle.standardError.write(Data(message.utf8))
            return false
        }
    }
}
