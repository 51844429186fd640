package import HTTPTypes

extension Headers {
    /// Says that the response depends on the request's field `name` too (RFC 9110 §12.5.5).
    ///
    /// Nothing changes when `Vary` names it already or is `*`.
    package mutating func addVary(_ name: HTTPField.Name) {
        guard let present = self[.vary] else {
            append(name.rawName, for: .vary)
            return
        }
        let names = present.split(separator: ",").map { $0.trimmingOptionalWhitespace() }
        let isNamed = names.contains { $0 == "*" || $0.lowercased() == name.canonicalName }
        guard !isNamed else { return }
        self[.vary] = present + ", " + name.rawName
    }
}

extension Substring {
    /// The text without the spaces and tabs around it (RFC 9110 §5.6.3).
    package func trimmingOptionalWhitespace() -> Substring {
        var trimmed = self
        while let first = trimmed.utf8.first, first == 0x20 || first == 0x09 {
            trimmed = trimmed.dropFirst()
        }
        while let last = trimmed.utf8.last, last == 0x20 || last == 0x09 {
            trimmed = trimmed.dropLast()
        }
        return trimmed
    }
}
