/// The character references of HTML, as far as they are found in links.
enum Entities {
    private static let named = ["amp": "&", "lt": "<", "gt": ">", "quot": "\"", "apos": "'"]

    /// The text with `&amp;`, `&#38;` and `&#x26;` decoded; what is unknown stays.
    static func decoded(_ text: String) -> String {
        guard text.contains("&") else { return text }
        return text.replacing(/&(#[0-9]{1,7}|#[xX][0-9A-Fa-f]{1,6}|[a-z]{2,4});/) { match in
            let name = match.1
            guard name.hasPrefix("#") else { return named[String(name)] ?? String(match.0) }
            let digits = name.dropFirst()
            let isHexadecimal = digits.first?.lowercased() == "x"
            let number = UInt32(
                digits.dropFirst(isHexadecimal ? 1 : 0),
                radix: isHexadecimal ? 16 : 10
            )
            return number.flatMap(Unicode.Scalar.init).map { String($0) } ?? String(match.0)
        }
    }
}
