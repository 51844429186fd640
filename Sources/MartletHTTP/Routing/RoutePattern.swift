/// A parsed pattern: literal bytes in normal form, parameters, and a catch-all at the end.
struct RoutePattern: Sendable {
    enum Part: Hashable, Sendable {
        /// Bytes of the path in normal form, slashes included.
        case literal([UInt8])
        /// One segment.
        case parameter
        /// The rest of the path.
        case catchAll
    }

    /// The pattern as it was written.
    let text: String
    /// What it consists of; two literals never follow one another.
    private(set) var parts: [Part] = []
    /// The names of the parameters and of the catch-all, from left to right.
    private(set) var parameterNames: [String] = []

    /// Parses `text`.
    init(_ text: String) throws(RouterError) {
        self.text = text
        guard text.utf8.first == UInt8(ascii: "/") else {
            throw RouterError(.invalidPattern, "The pattern '\(text)' does not begin with '/'.")
        }
        let segments = text.utf8.dropFirst().split(
            separator: UInt8(ascii: "/"),
            omittingEmptySubsequences: false
        )
        var literal: [UInt8] = []
        for (index, segment) in segments.enumerated() {
            literal.append(UInt8(ascii: "/"))
            let segment = Substring(segment)
            guard segment.utf8.first == UInt8(ascii: "{") else {
                literal += try literalBytes(of: segment)
                continue
            }
            parts.append(.literal(literal))
            literal = []
            parts.append(try addParameter(segment, isLast: index == segments.count - 1))
        }
        if !literal.isEmpty {
            parts.append(.literal(literal))
        }
    }

    private mutating func addParameter(
        _ segment: Substring,
        isLast: Bool
    ) throws(RouterError) -> Part {
        guard segment.utf8.last == UInt8(ascii: "}") else {
            throw invalid("has the segment '\(segment)': a parameter is a whole segment, '{name}'")
        }
        var name = segment.dropFirst().dropLast()
        let isCatchAll = name.hasSuffix("...")
        if isCatchAll {
            name = name.dropLast(3)
        }
        guard !name.isEmpty, name.utf8.allSatisfy(RoutePattern.isNameByte) else {
            throw invalid(
                "has the segment '\(segment)': a parameter's name consists of letters, digits, "
                    + "'_' and '-'"
            )
        }
        guard isLast || !isCatchAll else {
            throw invalid("has the catch-all '\(segment)' before its end")
        }
        guard !parameterNames.contains(String(name)) else {
            throw RouterError(
                .duplicateParameter,
                "The pattern '\(text)' has two parameters named '\(name)'."
            )
        }
        guard parameterNames.count < Router.maximumParameters else {
            throw RouterError(
                .tooManyParameters,
                "The pattern '\(text)' has more than \(Router.maximumParameters) parameters."
            )
        }
        parameterNames.append(String(name))
        return isCatchAll ? .catchAll : .parameter
    }

    private func literalBytes(of segment: Substring) throws(RouterError) -> [UInt8] {
        guard !segment.utf8.contains(where: { $0 == UInt8(ascii: "{") || $0 == UInt8(ascii: "}") })
        else {
            throw invalid("has the segment '\(segment)': a parameter is a whole segment, '{name}'")
        }
        guard !segment.utf8.contains(where: { $0 == UInt8(ascii: "?") || $0 == UInt8(ascii: "#") })
        else {
            throw invalid("has a '?' or a '#', which no path contains")
        }
        guard let bytes = PathNormalForm.encode(segment) else {
            throw invalid("has the segment '\(segment)' with a broken percent-encoding")
        }
        guard bytes != [UInt8(ascii: ".")], bytes != [UInt8(ascii: "."), UInt8(ascii: ".")] else {
            throw invalid("has a dot segment; such paths are refused")
        }
        return bytes
    }

    private func invalid(_ reason: String) -> RouterError {
        RouterError(.invalidPattern, "The pattern '\(text)' \(reason).")
    }

    private static func isNameByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "_"), UInt8(ascii: "-"):
            true
        default:
            false
        }
    }
}
