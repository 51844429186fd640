/// The cookies of a request, in the order in which they were sent (RFC 6265bis §4.2).
///
/// What has no `=` or no name is skipped. A value in quotation marks keeps them, as they are part
/// of it. Names are compared with case. Their number is bounded by the limit on the size of a
/// request's header.
public struct Cookies: Sendable {
    private var pairs: [(name: Substring, value: Substring)] = []

    /// Reads a `Cookie` field's value.
    public init(_ field: String) {
        for piece in field.utf8.split(separator: UInt8(ascii: ";")) {
            let pair = Substring(piece)
            guard let mark = pair.utf8.firstIndex(of: UInt8(ascii: "=")) else { continue }
            let name = Self.trim(pair[..<mark])
            guard !name.isEmpty else { continue }
            pairs.append((name, Self.trim(pair[pair.utf8.index(after: mark)...])))
        }
    }

    /// How many cookies there are.
    public var count: Int { pairs.count }

    /// The value of the first cookie with a name, which is the one with the longest path; nil when
    /// there is none.
    public subscript(name: String) -> String? {
        pairs.first { $0.name.utf8.elementsEqual(name.utf8) }.map { String($0.value) }
    }

    /// The values of every cookie with a name: one that another path or domain set comes after.
    public func values(of name: String) -> [String] {
        pairs.filter { $0.name.utf8.elementsEqual(name.utf8) }.map { String($0.value) }
    }

    private static func trim(_ text: Substring) -> Substring {
        func isSpace(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x09 }
        let utf8 = text.utf8
        guard let start = utf8.firstIndex(where: { !isSpace($0) }),
            let last = utf8.lastIndex(where: { !isSpace($0) })
        else { return "" }
        return text[start...last]
    }
}

extension Cookies: Sequence {
    /// A cookie's name and value.
    public typealias Element = (name: String, value: String)

    /// Walks over the cookies in their order.
    public func makeIterator() -> some IteratorProtocol<Element> {
        pairs.lazy.map { (name: String($0.name), value: String($0.value)) }.makeIterator()
    }
}
