extension ValidationRule where Value == String {
    /// A text with something else than white space.
    public static var notBlank: ValidationRule {
        ValidationRule("must not be blank") { text in
            text.contains { !$0.isWhitespace }
        }
    }

    /// A text of so many characters.
    public static func length(_ range: ClosedRange<Int>) -> ValidationRule {
        let reason = "must have \(range.lowerBound) to \(range.upperBound) characters"
        return ValidationRule(reason) { text in
            // A character has at least one byte, so that a long text is not walked through.
            text.utf8.count >= range.lowerBound && range.contains(text.count)
        }
    }

    /// An e-mail address as forms take it: the rule of HTML (§4.10.5.1.5) with the lengths of
    /// RFC 5321 §4.5.3.1, and a dot in the domain.
    ///
    /// Only a message that arrives proves an address; quoted names and domains in brackets,
    /// which nobody types, are refused.
    public static var email: ValidationRule {
        ValidationRule("must be an e-mail address such as ada@example.com") { text in
            EmailSyntax.isValid(text)
        }
    }

    /// A text of ASCII letters, digits, and the characters given.
    public static func alphanumeric(or others: String = "") -> ValidationRule {
        let reason = "must consist of letters and digits" + (others.isEmpty ? "" : " or \(others)")
        return ValidationRule(reason) { text in
            text.allSatisfy { character in
                (character.isASCII && (character.isLetter || character.isNumber))
                    || others.contains(character)
            }
        }
    }

    /// A whole number in decimal digits, within a range.
    public static func integer(_ range: ClosedRange<Int> = .min ... .max) -> ValidationRule {
        let isAny = range == .min ... .max
        let reason =
            isAny
            ? "must be a whole number"
            : "must be a whole number between \(range.lowerBound) and \(range.upperBound)"
        return ValidationRule(reason) { text in Int(text).map(range.contains) ?? false }
    }
}

/// What an e-mail address looks like.
enum EmailSyntax {
    static func isValid(_ text: String) -> Bool {
        let parts = text.utf8.split(separator: UInt8(ascii: "@"), omittingEmptySubsequences: false)
        guard parts.count == 2, text.utf8.count <= 254 else { return false }
        return isLocalPart(parts[0]) && isDomain(parts[1])
    }

    private static func isLocalPart(_ part: Substring.UTF8View) -> Bool {
        let dot = UInt8(ascii: ".")
        guard (1...64).contains(part.count), part.first != dot, part.last != dot else {
            return false
        }
        var previous: UInt8 = 0
        for byte in part {
            guard ASCII.isToken(byte) || "/=?{}".utf8.contains(byte) else { return false }
            if byte == dot, previous == dot { return false }
            previous = byte
        }
        return true
    }

    private static func isDomain(_ part: Substring.UTF8View) -> Bool {
        let labels = part.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        let hyphen = UInt8(ascii: "-")
        return labels.count >= 2 && part.count <= 253
            && labels.allSatisfy { label in
                (1...63).contains(label.count) && label.first != hyphen && label.last != hyphen
                    && label.allSatisfy { byte in
                        byte == hyphen || ASCII.isDigit(byte)
                            || (0x61...0x7A).contains(ASCII.lowercased(byte))
                    }
            }
    }
}
