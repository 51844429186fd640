import Testing

@Suite("The rules of the tidy suite")
struct RuleTests {
    @Test("a rule flags what breaks it and nothing else", arguments: RuleCase.all)
    func flagsAndAccepts(_ example: RuleCase) throws {
        let rule = try #require(Rule.all.first { $0.name == example.rule })
        let flagged = rule.report(SourceFile(path: example.path, example.flagged))
        #expect(!flagged.isEmpty, "\(rule.name) did not see: \(example.flagged)")
        let accepted = rule.report(SourceFile(path: example.path, example.accepted))
        #expect(accepted.isEmpty)
    }

    @Test("a file's path is checked like its text")
    func fileNames() {
        let vague = SourceFile(path: "Sources/MartletHTTP/Router/RouterUtils.swift", "")
        #expect(!Rule.fileName.report(vague).isEmpty)
        let clear = SourceFile(path: "Sources/MartletHTTP/Router/Router.swift", "")
        #expect(Rule.fileName.report(clear).isEmpty)
    }

    @Test("every rule has a case")
    func everyRuleHasACase() {
        let covered = Set(RuleCase.all.map(\.rule) + [Rule.fileName.name])
        #expect(Rule.all.map(\.name).filter { !covered.contains($0) } == [])
    }

    @Test("a ban holds only in its part of the tree")
    func scopes() {
        let text = "print(1)"
        let paths = [
            "Sources/MartletHTTP/A.swift", "Sources/MartletCLI/A.swift",
            "Tests/MartletHTTPTests/A.swift", "Examples/Shop/Sources/ShopModel/A.swift",
        ]
        let ban = Ban.all.first { $0.pattern == "print(" }
        let flagged = paths.filter { path in
            ban?.rule.report(SourceFile(path: path, text)).isEmpty == false
        }
        #expect(flagged == [paths[0], paths[3]])
    }

    @Test("a report names the file, the line, the replacement and the reason")
    func report() throws {
        let rule = try #require(Rule.all.first { $0.name == "ban try!" })
        let file = SourceFile(path: "Sources/MartletHTTP/A.swift", "\n\nlet a = try! b()")
        let line = try #require(rule.report(file).first)
        #expect(line.hasPrefix("Sources/MartletHTTP/A.swift:3: `try!` is banned; use try ("))
    }

    @Test("a test folder without its source and a target without tests are reported")
    func mirror() {
        let tidy = [
            "Sources/MartletHTTP/Router/Router.swift",
            "Tests/MartletHTTPTests/Router/RouterTests.swift",
            "Tests/MartletHTTPTests/Support/Wire.swift",
        ]
        #expect(Mirror.report(tidy) == [])
        let wrong =
            tidy + [
                "Tests/MartletHTTPTests/Elsewhere/ATests.swift",
                "Sources/MartletGateway/Routes/Route.swift",
            ]
        #expect(
            Mirror.report(wrong) == [
                "Sources/MartletGateway has no Tests/MartletGatewayTests",
                "Tests/MartletHTTPTests/Elsewhere mirrors no folder of Sources/MartletHTTP/",
            ]
        )
    }

    @Test("code in a guide that stands in no example is reported")
    func guides() {
        let example = SourceFile(path: "Examples/A/A.swift", "func a() {\n    b()\n\n    c()\n}\n")
        let shown = "# A\n```swift\nb()\nc()\n```\n```swift\n// Package.swift\nd()\n```\n"
        let tidy = SourceFile(path: "README.md", shown)
        #expect(Guides.report(SourceTree(files: [example, tidy])) == [])
        let wrong = SourceFile(
            path: "Sources/Martlet/Martlet.docc/Start.md",
            "\n```swift\nb()\nd()\n```\n"
        )
        let report = Guides.report(SourceTree(files: [example, wrong]))
        #expect(report.count == 1)
        #expect(report.first?.hasPrefix("Sources/Martlet/Martlet.docc/Start.md:2:") == true)
    }

    @Test("code in a guide may stand in the tests of a guide, in whole lines")
    func guideTests() {
        let path = "Sources/MartletTransport/MartletTransport.docc/FromGo.md"
        let guide = SourceFile(path: path, "```swift\nlet a = b()\n```\n")
        func report(_ path: String, _ text: String) -> [String] {
            Guides.report(SourceTree(files: [guide, SourceFile(path: path, text)]))
        }
        let place = "Tests/MartletTransportTests/Guide/ATests.swift"
        #expect(report(place, "    let a = b()\n").isEmpty)
        #expect(report(place, "    let a = b().c\n").count == 1)
        #expect(report("Tests/MartletTransportTests/TCP/ATests.swift", "let a = b()").count == 1)
    }

    @Test("code, strings and comments are told apart")
    func mask() {
        let text = #"""
            let a = "x \(b("y")) z" // c
            let d = """
                e "f" \(g)
                """ /* h /* i */ j */ + k
            """#
        let file = SourceFile(path: "A.swift", text)
        let words = "abcdefghijkxyz".filter { letter in
            !file.occurrences(of: String(letter)).isEmpty
        }
        #expect(words == "abdgk")
        let comments = "cehijx".filter { letter in
            !SourceFile.offsets(of: String(letter), in: file.comments).isEmpty
        }
        #expect(comments == "chij")
    }
}
