import MartletHTTP

/// The syntax of `Forwarded` (RFC 7239 §4).
enum ForwardedSyntax {
    /// Whether `value` is a list of elements, each of them pairs of a token and a token or a
    /// quoted string.
    ///
    /// Blanks may stand around `;` too, which some proxies write.
    static func isValid(_ value: String) -> Bool {
        var rest = value.utf8[...]
        var hasPair = false
        while true {
            rest = rest.drop(while: isBlank)
            let name = rest.prefix(while: ASCII.isToken)
            if !name.isEmpty {
                rest = rest[name.endIndex...]
                guard rest.popFirst() == UInt8(ascii: "="), let end = valueEnd(rest) else {
                    return false
                }
                rest = rest[end...].drop(while: isBlank)
                hasPair = true
            }
            guard let separator = rest.popFirst() else { return hasPair }
            guard separator == UInt8(ascii: ",") || separator == UInt8(ascii: ";") else {
                return false
            }
        }
    }

    private static func valueEnd(_ text: Substring.UTF8View) -> String.Index? {
        var rest = text
        guard rest.first == UInt8(ascii: "\"") else {
            let token = rest.prefix(while: ASCII.isToken)
            return token.isEmpty ? nil : token.endIndex
        }
        rest = rest.dropFirst()
        while let byte = rest.popFirst() {
            if byte == UInt8(ascii: "\"") { return rest.startIndex }
            if byte == UInt8(ascii: "\\"), rest.popFirst() == nil { return nil }
        }
        return nil
    }

    private static func isBlank(_ byte: UInt8) -> Bool {
        byte == 0x20 || byte == 0x09
    }
}
