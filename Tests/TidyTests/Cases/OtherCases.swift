extension RuleCase {
    private static func lines(_ count: Int, of line: String = "let a = 1") -> String {
        Array(repeating: line, count: count).joined(separator: "\n") + "\n"
    }

    static let sizes = [
        RuleCase("file length", flagged: lines(401), accepted: lines(400)),
        RuleCase(
            "line length",
            flagged: String(repeating: "a", count: 101),
            accepted: String(repeating: "ä", count: 100)
        ),
        RuleCase(
            "line length",
            in: "Tests/MartletHTTPTests/Router/RouterTests.swift",
            flagged: "expect(first.name == second.name, \"\(String(repeating: "a", count: 90))\")",
            accepted: "let a = \"\(String(repeating: "a", count: 100))\""
        ),
        RuleCase(
            "function length",
            flagged: "func a(b: () -> Void = {}) async -> Int {\n\(lines(69))}",
            accepted: "func a() {\n\(lines(68))}\nfunc b() {\n\(lines(68))}"
        ),
        RuleCase(
            "function length",
            flagged: "init<Value>(_ value: Value) where Value: Sendable {\n\(lines(69))}",
            accepted: "protocol A {\n    func a()\n}\nstruct B {\n\(lines(200))}"
        ),
    ]

    static let words = [
        RuleCase(
            "leftover",
            flagged: "let a = 1  // FIXME: later",
            accepted: "let todo = \"XXX\"  // A TODOList is a type"
        ),
        RuleCase(
            "machine path",
            flagged: "let path = \"/home/someone/file\"",
            accepted: "let path = \"../home/file\""
        ),
        RuleCase(
            "test sentence",
            in: "Tests/MartletHTTPTests/Router/RouterTests.swift",
            flagged: "@Test func works() {}",
            accepted: "@Test(\n    \"a lookup allocates nothing\"\n) func lookup() {}"
        ),
        RuleCase(
            "test sentence",
            in: "Tests/MartletHTTPTests/Router/RouterTests.swift",
            flagged: "@Test(arguments: [1]) func works(_ a: Int) {}",
            accepted: "// @Test\n@Test(\"a number is even\", arguments: [2]) func b(_ a: Int) {}"
        ),
    ]

    static let reasons = [
        RuleCase(
            "unsound without a reason",
            flagged: "// A reason for something else.\n\nfinal class A: @unchecked Sendable {}",
            accepted: "// Sound: all state is behind the lock.\nclass A: @unchecked Sendable {}"
        ),
        RuleCase(
            "unsound without a reason",
            flagged: "let pointer: UnsafeMutableRawPointer",
            accepted: "/// Valid while `owner` lives.\nlet pointer: UnsafeMutableRawPointer"
        ),
        RuleCase(
            "unsound without a reason",
            flagged: "base = UnsafeMutablePointer<Int>.allocate(capacity: 1)",
            accepted: "func read(_ bytes: UnsafeRawBufferPointer) {\n    let a = bytes[0]\n}"
        ),
        RuleCase(
            "assertion without a sentence",
            flagged: "precondition(count > min(1, 2))",
            accepted: "precondition(\n    count > min(1, 2),\n    \"at least one\"\n)"
        ),
        RuleCase(
            "assertion without a sentence",
            flagged: "assert(a)\nlet b = \"assert\"",
            accepted: "func assert(_ a: Bool) {}\nchecker.assert(a)"
        ),
    ]

    static let imports = [
        RuleCase("import direction", flagged: "import MartletGateway", accepted: "import Logging"),
        RuleCase(
            "import direction",
            flagged: "public import Martlet",
            accepted: "public import MartletCore"
        ),
        RuleCase(
            "no Foundation in the engine",
            flagged: "import struct Foundation.Data",
            accepted: "import FoundationEssentials"
        ),
        RuleCase(
            "import access",
            flagged: "internal import NIOCore",
            accepted: "package import NIOCore"
        ),
        RuleCase(
            "import access",
            flagged: "@_exported import NIOCore",
            accepted: "public import NIOCore"
        ),
    ]
}
