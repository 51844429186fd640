extension Rule {
    /// What the compiler does not check is argued for by a comment.
    ///
    /// The comment stands on the line, or above it with no empty line between. A pointer that is
    /// lent for a call needs none; one that is kept, or memory that is allocated, does.
    static let unsoundness = Rule(
        name: "unsound without a reason",
        reason: "a comment above says why what the compiler cannot check is sound"
    ) { file in
        guard file.isSwift else { return [] }
        return unchecked.flatMap { pattern in
            file.occurrences(of: pattern).compactMap { offset in
                let line = file.line(of: offset)
                let isPointer = pattern.hasSuffix("Pointer")
                if isPointer, !file.isKept(offset, length: pattern.utf8.count) { return nil }
                guard !file.hasCommentAbove(line) else { return nil }
                return Finding(line: line, message: "`\(pattern)` without a reason above")
            }
        }
    }

    private static let unchecked = [
        "@unchecked", "nonisolated(unsafe)", "unsafeBitCast", "unsafeDowncast", "Unmanaged",
        "assumingMemoryBound", "@preconcurrency", "UnsafePointer", "UnsafeMutablePointer",
        "UnsafeRawPointer", "UnsafeMutableRawPointer", "UnsafeBufferPointer",
        "UnsafeMutableBufferPointer", "UnsafeRawBufferPointer", "UnsafeMutableRawBufferPointer",
        "UnsafeContinuation", "withUnsafeContinuation", "withUnsafeThrowingContinuation",
    ]

    /// An assertion that fails says what was expected.
    static let assertionSentence = Rule(
        name: "assertion without a sentence",
        reason: "whoever reads the crash must know why"
    ) { file in
        guard file.isSwift, !file.isTest else { return [] }
        return ["precondition(", "assert(", "fatalError(", "preconditionFailure("].flatMap { call in
            file.occurrences(of: call).compactMap { offset in
                let open = offset + call.utf8.count
                let line = file.line(of: offset)
                if offset > 0, file.code[offset - 1] == UInt8(ascii: ".") { return nil }
                if file.isDeclaration(at: offset) { return nil }
                let end = file.closingParenthesis(from: open)
                guard !file.text[open..<end].contains(UInt8(ascii: "\"")) else { return nil }
                return Finding(line: line, message: "`\(call)…)` without a sentence")
            }
        }
    }
}

extension SourceFile {
    /// Whether a comment stands on the line, or above it in the same paragraph.
    fileprivate func hasCommentAbove(_ line: Int) -> Bool {
        var number = line
        while number >= 1 {
            let comment = self.line(number, of: \.comments)
            if comment.contains(where: { $0 != UInt8(ascii: " ") }) { return true }
            let isEmpty = self.line(number, of: \.text).allSatisfy { $0 == UInt8(ascii: " ") }
            if isEmpty, number != line { return false }
            number -= 1
        }
        return false
    }

    /// Whether the pointer type at `offset` is that of a variable, or memory is allocated with it.
    fileprivate func isKept(_ offset: Int, length: Int) -> Bool {
        let start = code[..<offset].lastIndex(of: UInt8(ascii: "\n")).map { $0 + 1 } ?? 0
        let before = String(decoding: code[start..<offset], as: UTF8.self)
        let words = before.split(whereSeparator: { $0 == " " || $0 == "(" })
        let isVariable = words.contains("let") || words.contains("var")
        let isTyped = before.hasSuffix(": ")
        let after = code[(offset + length)...].prefix { $0 != UInt8(ascii: "\n") }
        let rest = String(decoding: after, as: UTF8.self)
        return (isVariable && isTyped) || rest.hasPrefix(".allocate(")
            || (rest.hasPrefix("<") && rest.contains(">.allocate("))
    }

    fileprivate func isDeclaration(at offset: Int) -> Bool {
        let before = code[max(0, offset - 5)..<offset]
        return String(decoding: before, as: UTF8.self) == "func "
    }

    /// The offset of the parenthesis that closes the one before `start`.
    fileprivate func closingParenthesis(from start: Int) -> Int {
        var depth = 1
        for offset in start..<code.count {
            if code[offset] == UInt8(ascii: "(") { depth += 1 }
            if code[offset] == UInt8(ascii: ")") { depth -= 1 }
            if depth == 0 { return offset }
        }
        return code.count
    }
}
