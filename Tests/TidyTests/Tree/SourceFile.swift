import Glibc

/// One file of the tree, split into what the rules ask for.
struct SourceFile: Sendable {
    /// The path from the root of the project, with `/` between its parts.
    let path: String
    /// The whole text.
    let text: [UInt8]
    /// The text without comments and the contents of strings; all of it for other languages.
    let code: [UInt8]
    /// The comments alone.
    let comments: [UInt8]
    private let lineStarts: [Int]

    init(path: String, text: [UInt8]) {
        self.path = path
        self.text = text
        if path.hasSuffix(".swift") {
            let mask = CodeMask(text)
            code = mask.code
            comments = mask.comments
        } else {
            code = text
            comments = text
        }
        lineStarts = [0] + text.indices.filter { text[$0] == UInt8(ascii: "\n") }.map { $0 + 1 }
    }

    init(path: String, _ text: String) {
        self.init(path: path, text: Array(text.utf8))
    }

    var isSwift: Bool { path.hasSuffix(".swift") }

    /// The target that the file belongs to: the folder under `Sources`, `Tests` or an example.
    var target: String {
        let parts = path.split(separator: "/")
        guard let root = parts.lastIndex(where: { $0 == "Sources" || $0 == "Tests" }),
            root + 1 < parts.count - 1
        else { return "" }
        return String(parts[root + 1])
    }

    var isTest: Bool { path.hasPrefix("Tests/") || path.contains("/Tests/") }

    /// The number of lines; a newline at the end starts no further one.
    var lineCount: Int { text.last == UInt8(ascii: "\n") ? lineStarts.count - 1 : lineStarts.count }

    /// The number, from 1, of the line that holds `offset`.
    func line(of offset: Int) -> Int {
        var low = 0
        var high = lineStarts.count
        while low + 1 < high {
            let middle = (low + high) / 2
            if lineStarts[middle] <= offset { low = middle } else { high = middle }
        }
        return low + 1
    }

    /// The bytes of a line, counted from 1, in one of the three views of the file.
    func line(_ number: Int, of view: KeyPath<SourceFile, [UInt8]>) -> ArraySlice<UInt8> {
        let end = number < lineStarts.count ? lineStarts[number] - 1 : text.count
        return self[keyPath: view][lineStarts[number - 1]..<max(lineStarts[number - 1], end)]
    }

    /// Where `pattern` occurs in the code as a whole word.
    func occurrences(of pattern: String) -> [Int] {
        Self.offsets(of: pattern, in: code)
    }

    /// Where `pattern` occurs in `bytes`; an end of it that is a letter or a digit must be the end
    /// of a word.
    static func offsets(of pattern: String, in bytes: [UInt8]) -> [Int] {
        let needle = Array(pattern.utf8)
        guard let first = needle.first else { return [] }
        var found: [Int] = []
        var start = 0
        // Sound: the pointers live as long as the closures, and memchr and memcmp read inside both.
        bytes.withUnsafeBytes { all in
            needle.withUnsafeBytes { wanted in
                guard let base = all.baseAddress, let wantedBase = wanted.baseAddress else {
                    return
                }
                let last = all.count - wanted.count
                while start <= last,
                    let hit = memchr(base + start, Int32(first), last - start + 1)
                {
                    let offset = UnsafeRawPointer(hit) - base
                    start = offset + 1
                    guard memcmp(hit, wantedBase, wanted.count) == 0 else { continue }
                    if isWhole(offset..<offset + wanted.count, in: all) { found.append(offset) }
                }
            }
        }
        return found
    }

    /// Whether neither end of the range cuts a word; the bytes are read inside their bounds only.
    private static func isWhole(_ range: Range<Int>, in all: UnsafeRawBufferPointer) -> Bool {
        let cutsBefore =
            isWord(all[range.lowerBound]) && range.lowerBound > 0
            && isWord(all[range.lowerBound - 1])
        let cutsAfter =
            isWord(all[range.upperBound - 1]) && range.upperBound < all.count
            && isWord(all[range.upperBound])
        return !cutsBefore && !cutsAfter
    }

    static func isWord(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"):
            true
        default:
            false
        }
    }
}
