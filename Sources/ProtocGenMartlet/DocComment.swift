/// A comment of a .proto as a documentation comment of Swift: a sentence, an empty line, the rest.
struct DocComment {
    private(set) var lines: [String]

    /// Makes the comment.
    ///
    /// - Parameters:
    ///   - comment: What the .proto says; empty when it says nothing.
    ///   - fallback: The first sentence of what is not described.
    init(_ comment: String, or fallback: String) {
        var lines = Self.stripped(comment)
        if lines.isEmpty { lines = [fallback] }
        lines = Self.withSummary(lines)
        self.lines = lines
    }

    /// Adds a paragraph.
    mutating func append(_ paragraph: String) {
        lines += ["", paragraph]
    }

    /// The comment as it stands in code, indented, and no line longer than it must be.
    func text(indentation: Int) -> String {
        let margin = String(repeating: " ", count: indentation)
        let width = SourceWriter.width - indentation - 4
        return lines.flatMap { Self.wrapped($0, to: width) }
            .map { $0.isEmpty ? "\(margin)///\n" : "\(margin)/// \($0)\n" }
            .joined()
    }

    /// The lines without the blank that follows the slashes, and without empty ones at the ends.
    private static func stripped(_ comment: String) -> [String] {
        var lines = comment.split(
            omittingEmptySubsequences: false,
            whereSeparator: \.isNewline
        ).map { line in
            var line = line
            while line.last?.isWhitespace == true { line.removeLast() }
            return String(line.first == " " ? line.dropFirst() : line)
        }
        while lines.first?.isEmpty == true { lines.removeFirst() }
        while lines.last?.isEmpty == true { lines.removeLast() }
        // What looks like a section would promise to describe every parameter.
        return lines.map { line in
            let isSection = ["- Parameter", "- Returns:", "- Throws:"].contains {
                line.hasPrefix($0)
            }
            return isSection ? "\\\(line)" : line
        }
    }

    /// The lines with the first sentence as a paragraph of its own.
    private static func withSummary(_ lines: [String]) -> [String] {
        let end = lines.firstIndex(of: "") ?? lines.count
        let paragraph = lines[..<end].joined(separator: " ")
        let rest = Array(lines[end...].drop { $0.isEmpty })
        let cut = sentenceEnd(paragraph)
        var summary = String(paragraph[..<cut])
        if let last = summary.last, !".!?:".contains(last) { summary += "." }
        let second = paragraph[cut...].drop { $0 == " " }
        var result = [summary]
        if !second.isEmpty { result += ["", String(second)] }
        if !rest.isEmpty { result += [""] + rest }
        return result
    }

    /// Where the first sentence ends: behind a full stop and before a blank and a new beginning.
    private static func sentenceEnd(_ text: String) -> String.Index {
        var index = text.startIndex
        var isCode = false
        while index < text.endIndex {
            let next = text.index(after: index)
            if text[index] == "`" { isCode.toggle() }
            if !isCode, ".!?".contains(text[index]), next < text.endIndex, text[next] == " ",
                !isAbbreviation(text[..<index])
            {
                let following = text[next...].first { $0 != " " }
                if following?.isLowercase != true { return next }
            }
            index = next
        }
        return text.endIndex
    }

    private static func isAbbreviation(_ text: Substring) -> Bool {
        ["e.g", "i.e", "vs", "etc", "cf"].contains { abbreviation in
            text.hasSuffix(abbreviation)
                && text.dropLast(abbreviation.count).last?.isLetter != true
        }
    }

    private static func wrapped(_ line: String, to width: Int) -> [String] {
        guard line.count > width else { return [line] }
        var lines: [String] = []
        var current = String(line.prefix { $0 == " " })
        for word in line.split(separator: " ") {
            if !current.allSatisfy({ $0 == " " }), current.count + 1 + word.count > width {
                lines.append(current)
                current = ""
            }
            if !current.isEmpty, current.last != " " { current += " " }
            current += word
        }
        return lines + [current]
    }
}
