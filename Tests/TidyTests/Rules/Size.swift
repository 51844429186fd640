/// How large things may be.
enum SizeLimit {
    static let file = 400
    static let line = 100
    static let function = 70
    /// What half of the files of `Sources` stay under.
    static let median = 120
}

extension Rule {
    /// A file is about one thing.
    static let fileLength = Rule(
        name: "file length",
        reason: "past \(SizeLimit.file) lines a file wants splitting"
    ) { file in
        guard file.isSwift, !file.isGenerated, file.lineCount > SizeLimit.file else { return [] }
        return [Finding(line: file.lineCount, message: "\(file.lineCount) lines")]
    }

    /// A line fits on a screen.
    static let lineLength = Rule(
        name: "line length",
        reason: "a line has at most \(SizeLimit.line) columns"
    ) { file in
        guard file.isSwift, !file.isGenerated else { return [] }
        return (1...max(1, file.lineCount)).compactMap { number in
            let bytes = file.line(number, of: \.text)
            guard bytes.count > SizeLimit.line else { return nil }
            let columns = String(decoding: bytes, as: UTF8.self).count
            guard columns > SizeLimit.line, !file.isLiteral(number) else { return nil }
            return Finding(line: number, message: "\(columns) columns")
        }
    }

    /// A function is read at once.
    static let functionLength = Rule(
        name: "function length",
        reason: "a function has at most \(SizeLimit.function) lines"
    ) { file in
        guard file.isSwift else { return [] }
        return ["func", "init", "deinit"].flatMap { keyword in
            file.occurrences(of: keyword).compactMap { start in
                guard let end = file.bodyEnd(from: start) else { return nil }
                let length = file.line(of: end) - file.line(of: start) + 1
                guard length > SizeLimit.function else { return nil }
                return Finding(line: file.line(of: start), message: "a function of \(length) lines")
            }
        }
    }
}

extension SourceFile {
    /// Whether protoc-gen-martlet made the file: a .proto decides how long its names are.
    fileprivate var isGenerated: Bool { path.hasSuffix(".martlet.swift") }

    /// Whether a line of a test is hardly more than one literal, such as a token or a document
    /// that has no place to break.
    fileprivate func isLiteral(_ number: Int) -> Bool {
        let code = line(number, of: \.code)
        return isTest && code.contains(UInt8(ascii: "\""))
            && code.count(where: { $0 != UInt8(ascii: " ") }) <= 20
    }

    /// Where the body of the declaration at `start` closes; nil when it has none.
    ///
    /// The `init` of a call such as `self.init(…)` is no declaration: it follows a dot.
    fileprivate func bodyEnd(from start: Int) -> Int? {
        if start > 0, code[start - 1] == UInt8(ascii: ".") { return nil }
        var depth = 0
        var parentheses = 0
        for offset in start..<code.count {
            switch code[offset] {
            case UInt8(ascii: "("): parentheses += 1
            case UInt8(ascii: ")"): parentheses -= 1
            case UInt8(ascii: "{") where parentheses == 0: depth += 1
            case UInt8(ascii: "}") where parentheses == 0:
                depth -= 1
                if depth == 0 { return offset }
                if depth < 0 { return nil }
            default: break
            }
            if parentheses < 0 { return nil }
        }
        return nil
    }
}
