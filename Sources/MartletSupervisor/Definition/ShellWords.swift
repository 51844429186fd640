/// Splits a command line into words as a POSIX shell does, without expanding anything.
///
/// Quotes and backslashes work as in XCU §2.2. What only a shell can do (`|`, `&&`, `>`, `;`) is
/// refused when it stands as a word of its own, because passing it to a program as an argument is
/// never what was meant.
package enum ShellWords {
    /// Why a command line cannot be split.
    package struct Malformed: Error, Hashable, Sendable {
        package var message: String
    }

    private static let operators: Set<String> = [
        "|", "||", "&", "&&", ";", ">", ">>", "<", "<<", "2>", "2>&1", ">&2",
    ]

    /// Splits `line`.
    ///
    /// - Throws: ``Malformed`` when a quote is not closed, the line ends in a backslash or a shell
    ///   operator stands in it.
    package static func split(_ line: String) throws(Malformed) -> [String] {
        var words: [String] = []
        var word: Word?
        var scalars = line.unicodeScalars.makeIterator()
        while let scalar = scalars.next() {
            switch scalar {
            case " ", "\t", "\n":
                try finish(&word, into: &words)
            case "'", "\"":
                var current = word ?? Word()
                current.isQuoted = true
                try readQuoted(by: scalar, from: &scalars, into: &current)
                word = current
            case "\\":
                guard let next = scalars.next() else {
                    throw Malformed(message: "the command ends in a backslash.")
                }
                var current = word ?? Word()
                current.isQuoted = true
                if next != "\n" { current.text.unicodeScalars.append(next) }
                word = current
            default:
                var current = word ?? Word()
                current.text.unicodeScalars.append(scalar)
                word = current
            }
        }
        try finish(&word, into: &words)
        return words
    }

    private struct Word {
        var text = ""
        var isQuoted = false
    }

    private static func finish(_ word: inout Word?, into words: inout [String]) throws(Malformed) {
        guard let finished = word else { return }
        if !finished.isQuoted, operators.contains(finished.text) {
            throw Malformed(
                message: "“\(finished.text)” needs a shell; write the command as sh -c '…'."
            )
        }
        words.append(finished.text)
        word = nil
    }

    private static func readQuoted(
        by quote: Unicode.Scalar,
        from scalars: inout String.UnicodeScalarView.Iterator,
        into word: inout Word
    ) throws(Malformed) {
        while let scalar = scalars.next() {
            if scalar == quote { return }
            guard quote == "\"", scalar == "\\" else {
                word.text.unicodeScalars.append(scalar)
                continue
            }
            guard let next = scalars.next() else { break }
            if next != "\"", next != "\\", next != "$", next != "`" {
                word.text.unicodeScalars.append("\\")
            }
            word.text.unicodeScalars.append(next)
        }
        throw Malformed(message: "the quote “\(quote)” is not closed.")
    }
}
