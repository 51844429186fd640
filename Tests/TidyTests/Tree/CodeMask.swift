/// Separates what a Swift file says to the compiler from what it says to people.
///
/// `code` is the text with comments and the contents of string literals blanked; `comments` is the
/// text with everything but comments blanked. Both keep every newline, so positions agree. Code
/// inside an interpolation stays code. A regex literal that holds a quote confuses it until the
/// end of its line and no further.
struct CodeMask {
    private(set) var code: [UInt8]
    private(set) var comments: [UInt8]
    private let text: [UInt8]
    private var index = 0

    init(_ text: [UInt8]) {
        self.text = text
        self.code = text
        self.comments = text.map { $0 == Self.newline ? Self.newline : Self.space }
        scanCode(untilParenthesis: false)
    }

    private static let newline = UInt8(ascii: "\n")
    private static let space = UInt8(ascii: " ")

    private func byte(_ offset: Int = 0) -> UInt8 {
        let position = index + offset
        return position < text.count ? text[position] : 0
    }

    /// Scans code to its end, or to the parenthesis that closes an interpolation.
    private mutating func scanCode(untilParenthesis: Bool) {
        var depth = 0
        while index < text.count {
            switch byte() {
            case UInt8(ascii: "/") where byte(1) == UInt8(ascii: "/"):
                scanLineComment()
            case UInt8(ascii: "/") where byte(1) == UInt8(ascii: "*"):
                scanBlockComment()
            case UInt8(ascii: "\""):
                scanString(hashes: 0)
            case UInt8(ascii: "#"):
                scanHashes()
            case UInt8(ascii: "("):
                depth += 1
                index += 1
            case UInt8(ascii: ")"):
                if depth == 0, untilParenthesis { return }
                depth -= 1
                index += 1
            default:
                index += 1
            }
        }
    }

    /// Scans `#`: the start of a raw string, or of a directive or macro.
    private mutating func scanHashes() {
        var hashes = 0
        while byte(hashes) == UInt8(ascii: "#") { hashes += 1 }
        let isString = byte(hashes) == UInt8(ascii: "\"")
        index += hashes
        if isString { scanString(hashes: hashes) }
    }

    private mutating func scanLineComment() {
        while index < text.count, byte() != Self.newline { takeComment() }
    }

    private mutating func scanBlockComment() {
        var depth = 0
        while index < text.count {
            if byte() == UInt8(ascii: "/"), byte(1) == UInt8(ascii: "*") {
                depth += 1
                takeComment(2)
            } else if byte() == UInt8(ascii: "*"), byte(1) == UInt8(ascii: "/") {
                depth -= 1
                takeComment(2)
                if depth == 0 { return }
            } else {
                takeComment()
            }
        }
    }

    /// Scans a string literal from its opening quote.
    private mutating func scanString(hashes: Int) {
        let quote = UInt8(ascii: "\"")
        let quotes = byte(1) == quote && byte(2) == quote ? 3 : 1
        index += quotes
        while index < text.count {
            if byte() == quote, isDelimiter(quotes: quotes, hashes: hashes) {
                index += quotes + hashes
                return
            }
            if byte() == UInt8(ascii: "\\"), isEscape(hashes: hashes) {
                blank(1 + hashes)
                if byte() == UInt8(ascii: "(") {
                    index += 1
                    scanCode(untilParenthesis: true)
                    index += 1
                } else {
                    blank()
                }
            } else if byte() == Self.newline, quotes == 1 {
                return
            } else {
                blank()
            }
        }
    }

    private func isDelimiter(quotes: Int, hashes: Int) -> Bool {
        (0..<quotes).allSatisfy { byte($0) == UInt8(ascii: "\"") }
            && (0..<hashes).allSatisfy { byte(quotes + $0) == UInt8(ascii: "#") }
    }

    private func isEscape(hashes: Int) -> Bool {
        (0..<hashes).allSatisfy { byte(1 + $0) == UInt8(ascii: "#") }
    }

    private mutating func takeComment(_ count: Int = 1) {
        for position in index..<min(index + count, text.count) {
            comments[position] = text[position]
        }
        blank(count)
    }

    private mutating func blank(_ count: Int = 1) {
        for position in index..<min(index + count, text.count)
        where text[position] != Self.newline {
            code[position] = Self.space
        }
        index += count
    }
}
