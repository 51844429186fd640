/// Writes Swift in the way that `swift format` would.
struct SourceWriter {
    /// The columns of a line.
    static let width = 100

    private(set) var text = ""
    private var indentation = 0

    /// Writes a line; an empty one when `line` is.
    mutating func line(_ line: String = "") {
        if !line.isEmpty { text += String(repeating: " ", count: indentation) + line }
        text += "\n"
    }

    /// Writes a comment.
    mutating func comment(_ comment: DocComment) {
        text += comment.text(indentation: indentation)
    }

    /// Writes a block in braces.
    mutating func block(_ head: String, _ body: (inout SourceWriter) -> Void) {
        line("\(head) {")
        indented(body)
        line("}")
    }

    /// Writes what `body` does further to the right.
    mutating func indented(_ body: (inout SourceWriter) -> Void) {
        indentation += 4
        body(&self)
        indentation -= 4
    }

    /// Writes a list in parentheses: in one line, or in one for each item when that is too long
    /// or an item has several lines itself.
    ///
    /// - Parameters:
    ///   - head: What stands before the parenthesis.
    ///   - items: What stands in it.
    ///   - tail: What follows.
    mutating func list(_ head: String, _ items: [String], _ tail: String = "") {
        let whole = "\(head)(\(items.joined(separator: ", ")))\(tail)"
        guard whole.contains("\n") || indentation + whole.count > Self.width else {
            return line(whole)
        }
        line("\(head)(")
        indented { writer in
            for (index, item) in items.enumerated() {
                let item = index == items.count - 1 ? item : "\(item),"
                for part in item.split(separator: "\n") { writer.line(String(part)) }
            }
        }
        line(")\(tail)")
    }
}
