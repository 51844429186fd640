import Testing

@Suite("The tree is tidy")
struct TreeTests {
    @Test("no file breaks a rule", arguments: Rule.all)
    func tidy(_ rule: Rule) {
        let report = SourceTree.project.files.flatMap(rule.report)
        #expect(report.isEmpty, "\n\(report.joined(separator: "\n"))")
    }

    @Test("tests lie where their sources lie")
    func mirror() {
        let report = Mirror.report(SourceTree.project.paths)
        #expect(report.isEmpty, "\n\(report.joined(separator: "\n"))")
    }

    @Test("what the guides show is in an example that compiles")
    func guides() {
        let report = Guides.report(SourceTree.project)
        #expect(report.isEmpty, "\n\(report.joined(separator: "\n"))")
    }

    @Test("half of the source files are short")
    func median() throws {
        let lengths = SourceTree.project.files
            .filter { $0.isSwift && !$0.isTest && $0.path.hasPrefix("Sources/") }
            .map(\.lineCount)
            .sorted()
        try #require(!lengths.isEmpty)
        #expect(lengths[lengths.count / 2] <= SizeLimit.median)
    }

    @Test("the tree is found, and it is this project's")
    func found() {
        let paths = Set(SourceTree.project.paths)
        #expect(paths.isSuperset(of: ["Package.swift", "Makefile", ".ci/run", "LICENSE"]))
        #expect(paths.contains("Tests/TidyTests/TreeTests.swift"))
    }
}
