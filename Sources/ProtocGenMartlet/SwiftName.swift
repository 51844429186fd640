/// How names of a .proto are written in Swift.
enum SwiftName {
    /// The name of a method: `GetUser` is `getUser`, `URLOf` is `urlOf`, `get_user` is `getUser`.
    static func method(_ name: String) -> String {
        escaped(lowerCamelCase(name))
    }

    /// The name of a property for something with a full name: `grpc.health.v1.Health` is
    /// `grpcHealthV1Health`.
    static func property(_ fullName: String) -> String {
        let parts = fullName.split(separator: ".")
        return escaped(lowerCamelCase(parts.joined(separator: "_")))
    }

    /// Puts backticks around a word that means something to Swift.
    ///
    /// `x.self` is `x`, with backticks too, so that name is another.
    static func escaped(_ name: String) -> String {
        if name == "self" { return "selfMethod" }
        return keywords.contains(name) ? "`\(name)`" : name
    }

    private static func lowerCamelCase(_ name: String) -> String {
        let words = name.split(separator: "_")
        guard let first = words.first else { return name }
        let rest = words.dropFirst().map { $0.prefix(1).uppercased() + $0.dropFirst() }
        let camel = lowercasedStart(first) + rest.joined()
        return camel.first?.isNumber == true ? "_\(camel)" : camel
    }

    /// Lowers the first letter, or all that stand for letters of an abbreviation.
    private static func lowercasedStart(_ word: Substring) -> String {
        let uppercase = word.prefix { $0.isUppercase }
        guard uppercase.count < word.count else { return word.lowercased() }
        let next = word[uppercase.endIndex]
        // The last capital begins the next word, unless a digit follows.
        let count = next.isLetter ? max(1, uppercase.count - 1) : uppercase.count
        return word.prefix(count).lowercased() + word.dropFirst(count)
    }

    /// The words that cannot be names as they are.
    private static let keywords: Set<String> = [
        "associatedtype", "class", "deinit", "enum", "extension", "fileprivate", "func", "import",
        "init", "inout", "internal", "let", "open", "operator", "precedencegroup", "private",
        "protocol", "public", "rethrows", "static", "struct", "subscript", "typealias", "var",
        "break", "case", "catch", "continue", "default", "defer", "do", "else", "fallthrough",
        "for", "guard", "if", "in", "repeat", "return", "throw", "switch", "where", "while",
        "as", "false", "is", "nil", "super", "throws", "true", "try",
    ]
}
