import ArgumentParser
import Foundation
import Testing

@testable import Calculator

@Suite("Calculator program")
struct CalculatorCommandTests {
    @Test("an argument is worked out, also one that begins with a minus")
    func argument() throws {
        #expect(try run(["(1 + 2) * 3"]) == Outcome(output: "9\n"))
        #expect(try run(["-2", "+", "3"]) == Outcome(output: "1\n"))
        #expect(try run(["-2 + 3"]) == Outcome(output: "1\n"))
    }

    @Test("an argument that is wrong goes to standard error with status 1")
    func wrongArgument() throws {
        let outcome = try run(["1 + * 2"])
        let mark = "    ^ expected a number, a name or '(', but found '*'"
        #expect(outcome == Outcome(errors: "1 + * 2\n\(mark)\n", status: 1))
    }

    @Test("lines are answered one by one, and a wrong one does not end the program")
    func lines() throws {
        let outcome = try run([], input: "x = 2\n\nx / 0\nx * 21\nquit\n1\n")
        let errors = "x / 0\n  ^ division by zero\n"
        #expect(outcome == Outcome(output: "2\n42\n", errors: errors, status: 1))
    }

    private struct Outcome: Equatable {
        var output = ""
        var errors = ""
        var status: Int32 = 0
    }

    /// Runs the built program.
    private func run(_ arguments: [String], input: String = "") throws -> Outcome {
        let process = Process()
        process.executableURL = URL(filePath: "/proc/self/exe").resolvingSymlinksInPath()
            .deletingLastPathComponent().appending(path: "calculator")
        process.arguments = arguments
        let (standardInput, output, errors) = (Pipe(), Pipe(), Pipe())
        process.standardInput = standardInput
        process.standardOutput = output
        process.standardError = errors
        try process.run()
        try standardInput.fileHandleForWriting.write(contentsOf: Data(input.utf8))
        try standardInput.fileHandleForWriting.close()
        let outcome = Outcome(
            output: String(
                decoding: output.fileHandleForReading.readDataToEndOfFile(),
                as: UTF8.self
            ),
            errors: String(
                decoding: errors.fileHandleForReading.readDataToEndOfFile(),
                as: UTF8.self
            )
        )
        process.waitUntilExit()
        return Outcome(
            output: outcome.output,
            errors: outcome.errors,
            status: process.terminationStatus
        )
    }
}
