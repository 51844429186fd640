import MartletSupervisor
import TestSupport
import Testing

@Suite("A command line")
struct ShellWordsTests {
    @Test(
        "is split as a shell splits it",
        arguments: [
            ("a b  c", ["a", "b", "c"]),
            ("  a\tb\nc  ", ["a", "b", "c"]),
            ("sh -c 'echo \"$PORT\" && exit'", ["sh", "-c", "echo \"$PORT\" && exit"]),
            ("a \"b c\" d", ["a", "b c", "d"]),
            ("a\"b\"'c'd", ["abcd"]),
            ("a '' \"\"", ["a", "", ""]),
            (#"a\ b \"c\" "d\"e" "f\g" "\$x""#, ["a b", "\"c\"", "d\"e", "f\\g", "$x"]),
            (#"'a\b'"#, [#"a\b"#]),
            ("a '|' \"&&\"", ["a", "|", "&&"]),
            ("", []),
        ]
    )
    func split(line: String, words: [String]) throws {
        #expect(try ShellWords.split(line) == words)
    }

    @Test(
        "that needs a shell or is not closed is refused",
        arguments: ["a | b", "a && b", "a > b", "a 'b", "a \"b", "a \"b\\", "a \\", "a ; b"]
    )
    func refused(line: String) {
        #expect(throws: ShellWords.Malformed.self) { try ShellWords.split(line) }
    }

    @Test("made of anything at all is split or refused, and quoting a word keeps it whole")
    func fuzz() throws {
        var random = SplitMix(seed: 20_260_601)
        let alphabet = Array("ab '\"\\$|&;<>\t\n💡\u{0}")
        for _ in 0..<5_000 {
            let length = Int.random(in: 0..<20, using: &random)
            let line = String(
                (0..<length).compactMap { _ in alphabet.randomElement(using: &random) }
            )
            _ = try? ShellWords.split(line)
            let quoted =
                "'"
                + line.split(separator: "'", omittingEmptySubsequences: false)
                .joined(separator: "'\\''") + "'"
            #expect(try ShellWords.split(quoted) == [line])
        }
    }
}
