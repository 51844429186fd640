import HTTPTypes

/// The parameters of a query or the fields of a form: an ordered multimap, as
/// `application/x-www-form-urlencoded` writes it (WHATWG URL §5).
///
/// ```swift
/// let query = try request.query
/// let page = try query.value("page", as: Int.self) ?? 1
/// let tags = query.values(of: "tag")
/// ```
///
/// Names and values are decoded when they are asked for; that they can be is checked at once. A
/// `+` is a space. A parameter without `=` has an empty value. Names are compared byte by byte.
public struct QueryParameters: Sendable {
    /// The most parameters that are accepted unless told otherwise: 1,000.
    public static let defaultLimit = 1_000

    /// What its parameters are called in errors.
    enum Kind: String {
        case query = "query parameter"
        case form = "form field"
    }

    private struct Pair {
        /// As they were sent.
        var name: Substring
        var value: Substring
        /// Whether the name has to be decoded to be compared.
        var isEncoded: Bool
    }

    private var pairs: [Pair] = []
    let kind: Kind

    /// Makes an empty set.
    public init() {
        kind = .query
    }

    /// Reads encoded parameters.
    ///
    /// - Parameters:
    ///   - encoded: What follows the `?`, without it.
    ///   - limit: The most parameters to accept.
    /// - Throws: ``HTTPError`` with 400 when there are more than `limit`, or when one has a `%`
    ///   that two hexadecimal digits do not follow or is not UTF-8.
    public init(_ encoded: some StringProtocol, limit: Int = defaultLimit) throws {
        try self.init(Substring(encoded), limit: limit, kind: .query)
    }

    init(_ encoded: Substring, limit: Int, kind: Kind) throws {
        self.kind = kind
        for piece in encoded.utf8.split(separator: UInt8(ascii: "&")) {
            let pair = Substring(piece)
            let mark = pair.utf8.firstIndex(of: UInt8(ascii: "="))
            let name = mark.map { pair[..<$0] } ?? pair
            let value = mark.map { pair[pair.utf8.index(after: $0)...] } ?? ""
            guard PercentCoding.decode(name, plusIsSpace: true) != nil,
                PercentCoding.decode(value, plusIsSpace: true) != nil
            else {
                throw HTTPError(
                    .badRequest,
                    detail: "The \(kind.rawValue) '\(name)' is not percent-encoded UTF-8."
                )
            }
            guard pairs.count < limit else {
                throw HTTPError(
                    .badRequest,
                    detail: "There are more than \(limit) \(kind.rawValue)s."
                )
            }
            let isEncoded = name.utf8.contains {
                $0 == UInt8(ascii: "%") || $0 == UInt8(ascii: "+")
            }
            pairs.append(Pair(name: name, value: value, isEncoded: isEncoded))
        }
    }

    /// How many parameters there are; a name that occurs twice counts twice.
    public var count: Int { pairs.count }

    /// Whether there is no parameter.
    public var isEmpty: Bool { pairs.isEmpty }

    /// The first value of a parameter; nil when it is absent.
    public subscript(name: String) -> String? {
        pairs.first { matches($0, name) }.map { decode($0.value) }
    }

    /// Every value of a parameter, in order.
    public func values(of name: String) -> [String] {
        pairs.filter { matches($0, name) }.map { decode($0.value) }
    }

    /// Whether a parameter with this name is present.
    public func contains(_ name: String) -> Bool {
        pairs.contains { matches($0, name) }
    }

    private func matches(_ pair: Pair, _ name: String) -> Bool {
        pair.isEncoded
            ? decode(pair.name).utf8.elementsEqual(name.utf8)
            : pair.name.utf8.elementsEqual(name.utf8)
    }

    private func decode(_ text: Substring) -> String {
        PercentCoding.decode(text, plusIsSpace: true) ?? ""
    }
}

extension QueryParameters: Sequence {
    /// A parameter's name and value, decoded.
    public typealias Element = (name: String, value: String)

    /// Walks over the parameters in their order.
    public func makeIterator() -> some IteratorProtocol<Element> {
        pairs.lazy.map { (name: decode($0.name), value: decode($0.value)) }.makeIterator()
    }
}
