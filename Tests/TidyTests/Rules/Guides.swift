/// The code that guides show is code that compiles: it stands word for word in an example, or in
/// the tests of a guide.
enum Guides {
    /// The blocks of Swift in the README and the guides that are compiled nowhere, one line each.
    static func report(_ tree: SourceTree) -> [String] {
        let sources = tree.files
            .filter { $0.isSwift && isShown($0.path) }
            .map { normalised(String(decoding: $0.text, as: UTF8.self)) }
        return tree.files.filter { isGuide($0.path) }.flatMap { guide in
            blocks(of: guide).compactMap { block in
                let isManifest = block.text.hasPrefix("\n// Package.swift")
                let isCompiled = sources.contains { $0.contains(block.text) }
                guard !isManifest, !isCompiled else { return nil }
                return
                    "\(guide.path):\(block.line): this code is in no example and no guide's test"
            }
        }
    }

    /// Whether what stands at `path` is compiled, and there to be shown.
    private static func isShown(_ path: String) -> Bool {
        path.hasPrefix("Examples/") || (path.hasPrefix("Tests/") && path.contains("/Guide/"))
    }

    private static func isGuide(_ path: String) -> Bool {
        path == "README.md" || (path.hasSuffix(".md") && path.contains(".docc/"))
    }

    /// The fenced blocks of Swift, with the lines that they begin on.
    private static func blocks(of guide: SourceFile) -> [(line: Int, text: String)] {
        var blocks: [(line: Int, text: String)] = []
        var open: (line: Int, lines: [Substring])?
        let lines = String(decoding: guide.text, as: UTF8.self)
            .split(separator: "\n", omittingEmptySubsequences: false)
        for (index, line) in lines.enumerated() {
            if let block = open {
                if line.hasPrefix("```") {
                    let text = normalised(block.lines.joined(separator: "\n"))
                    blocks.append((block.line, text))
                    open = nil
                } else {
                    open = (block.line, block.lines + [line])
                }
            } else if line == "```swift" {
                open = (index + 1, [])
            }
        }
        return blocks
    }

    /// The text without indentation and empty lines, so that an extract of whole lines is found.
    private static func normalised(_ text: String) -> String {
        let lines = text.split(separator: "\n")
            .map { $0.drop { $0 == " " } }
            .filter { !$0.isEmpty }
        return "\n\(lines.joined(separator: "\n"))\n"
    }
}
