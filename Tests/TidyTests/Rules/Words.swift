extension Rule {
    /// A file is named after what it holds.
    static let fileName = Rule(
        name: "file name",
        reason: "a name says what is inside; these say only that nobody knew"
    ) { file in
        let vague = ["Utils", "Utilities", "Helper", "Common", "Manager", "Misc", "Placeholder"]
        return vague.filter { file.path.contains($0) }.map {
            Finding(line: 1, message: "'\($0)' in the path")
        }
    }

    /// What is unfinished is an issue, not a comment.
    static let leftover = Rule(
        name: "leftover",
        reason: "what is left to do is written where it is planned, not where it is forgotten"
    ) { file in
        guard file.isSwift || file.path.hasSuffix(".py") || file.path.hasSuffix(".go") else {
            return []
        }
        return ["FIXME", "TODO", "XXX", "HACK"].flatMap { word in
            SourceFile.offsets(of: word, in: file.comments).map { offset in
                Finding(line: file.line(of: offset), message: "a leftover \(word)")
            }
        }
    }

    /// Nothing depends on the machine that it was written on.
    static let machinePath = Rule(
        name: "machine path",
        reason: "another machine has other folders"
    ) { file in
        guard !file.path.hasPrefix("Tests/TidyTests/") else { return [] }
        // A test may call a folder or a route what it likes.
        let people = file.isTest ? [] : ["/home/", "/root/"]
        return (["/work/", "/opt/swift"] + people).flatMap { path in
            SourceFile.offsets(of: path, in: file.text).compactMap { offset in
                let before = offset > 0 ? file.text[offset - 1] : UInt8(ascii: " ")
                guard !SourceFile.isWord(before), before != UInt8(ascii: ".") else { return nil }
                return Finding(line: file.line(of: offset), message: "the path \(path)")
            }
        }
    }

    /// A test is named by the sentence that it proves.
    static let testSentence = Rule(
        name: "test sentence",
        reason: "a failing test tells in words what is broken"
    ) { file in
        guard file.isSwift, file.isTest else { return [] }
        return file.occurrences(of: "@Test").compactMap { offset in
            let rest = file.text[(offset + 5)...].drop { $0 == UInt8(ascii: " ") }
            let afterParenthesis = rest.dropFirst().drop {
                $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "\n")
            }
            let isNamed =
                rest.first == UInt8(ascii: "(") && afterParenthesis.first == UInt8(ascii: "\"")
            let isRawName = String(decoding: rest.prefix(40), as: UTF8.self).contains("func `")
            guard !isNamed, !isRawName else { return nil }
            return Finding(line: file.line(of: offset), message: "a test without a sentence")
        }
    }
}
