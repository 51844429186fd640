/// Finds the links in a page of HTML, however badly it is written.
///
/// It knows tags, attributes, comments and the elements whose content is no markup, and nothing
/// else of HTML: enough for links, and it reads every byte once.
struct LinkScanner {
    /// The most links that are taken from one page.
    static let linkLimit = 1_000

    private let bytes: [UInt8]
    private var position = 0
    private var links: [String] = []
    private var base: String?

    private init(_ bytes: [UInt8]) {
        self.bytes = bytes
    }

    /// The pages that a page links to, each once.
    static func links(in html: [UInt8], at address: WebAddress) -> [WebAddress] {
        var scanner = LinkScanner(html)
        scanner.scan()
        let base = scanner.base.flatMap { WebAddress($0, relativeTo: address) } ?? address
        var seen: Set<WebAddress> = []
        return scanner.links.compactMap { WebAddress($0, relativeTo: base) }
            .filter { seen.insert($0).inserted }
    }

    private mutating func scan() {
        while links.count < Self.linkLimit, skip(past: "<") {
            if take("!--") {
                skip(past: "-->")
                continue
            }
            let element = word { Self.isLetterOrDigit($0) }.lowercased()
            let attributes = attributes()
            // The page was cut off in the middle of a tag: half a link leads elsewhere.
            guard current != nil else { return }
            switch element {
            case "a", "area": if let link = attributes["href"] { links.append(link) }
            case "base": base = base ?? attributes["href"]
            case "script", "style", "textarea", "title": skip(past: "</" + element)
            default: continue
            }
        }
    }

    /// The attributes of a tag, up to the `>` that ends it.
    private mutating func attributes() -> [String: String] {
        var attributes: [String: String] = [:]
        while let byte = current, byte != UInt8(ascii: ">") {
            guard !Self.isSpace(byte), byte != UInt8(ascii: "/"), byte != UInt8(ascii: "=") else {
                position += 1
                continue
            }
            let name = word { !Self.isSpace($0) && !"=>/".utf8.contains($0) }.lowercased()
            _ = word(while: Self.isSpace)
            guard take("=") else { continue }
            _ = word(while: Self.isSpace)
            attributes[name] = attributes[name] ?? Entities.decoded(value())
        }
        return attributes
    }

    private mutating func value() -> String {
        for quote in ["\"", "'"] where take(quote) {
            let text = word { $0 != quote.utf8.first }
            _ = take(quote)
            return text
        }
        return word { !Self.isSpace($0) && $0 != UInt8(ascii: ">") }
    }

    // MARK: Bytes

    private var current: UInt8? { position < bytes.count ? bytes[position] : nil }

    /// Takes bytes as long as they are wanted.
    private mutating func word(while isWanted: (UInt8) -> Bool) -> String {
        let run = bytes[position...].prefix(while: isWanted)
        position = run.endIndex
        return String(decoding: run, as: UTF8.self)
    }

    /// Takes a text if it comes next, in either case.
    private mutating func take(_ text: String) -> Bool {
        let wanted = text.utf8
        guard
            bytes.count - position >= wanted.count,
            zip(bytes[position...], wanted).allSatisfy({ Self.lowercased($0) == $1 })
        else { return false }
        position += wanted.count
        return true
    }

    /// Goes on behind the next occurrence of a text; to the end, and false, when there is none.
    @discardableResult
    private mutating func skip(past text: String) -> Bool {
        guard let first = text.utf8.first else { return true }
        while let next = bytes[position...].firstIndex(of: first) {
            position = next
            if take(text) { return true }
            position += 1
        }
        position = bytes.count
        return false
    }

    private static func lowercased(_ byte: UInt8) -> UInt8 {
        (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte) ? byte + 32 : byte
    }

    private static func isSpace(_ byte: UInt8) -> Bool { " \t\r\n\u{C}".utf8.contains(byte) }

    private static func isLetterOrDigit(_ byte: UInt8) -> Bool {
        let byte = lowercased(byte)
        return (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte)
            || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
    }
}
