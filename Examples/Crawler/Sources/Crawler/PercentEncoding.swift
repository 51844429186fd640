/// Percent-encoding (RFC 3986 §2.1) in one spelling.
enum PercentEncoding {
    /// Encodes what is not ASCII, decodes what needs no encoding, and writes the rest in capitals.
    static func normalised(_ text: String) -> String {
        let ascii = text.utf8.map { byte in
            byte < 0x80 ? String(Unicode.Scalar(byte)) : "%" + String(byte, radix: 16)
        }
        return ascii.joined().replacing(/%([0-9A-Fa-f]{2})/) { match in
            let character = UInt8(match.1, radix: 16).map { Character(Unicode.Scalar($0)) }
            guard let character, isUnreserved(character) else { return match.0.uppercased() }
            return String(character)
        }
    }

    private static func isUnreserved(_ character: Character) -> Bool {
        character.isASCII
            && (character.isLetter || character.isNumber || "-._~".contains(character))
    }
}
