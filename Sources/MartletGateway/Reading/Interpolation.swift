/// Environment variables in a configuration's texts: `${NAME}`, or `${NAME:-text}` with what to
/// take when it is not set or empty; `$${` is a plain `${`.
struct Interpolation {
    /// The file that the texts are from.
    let file: String?
    let environment: [String: String]

    /// Why a text cannot be expanded.
    struct Failure: Error {
        var message: String
    }

    /// Puts the variables in.
    ///
    /// - Throws: When a variable without a default is not set, or a `${` has no end.
    func expand(_ text: String) throws(Failure) -> String {
        guard text.contains("${") else { return text }
        var expanded = ""
        var rest = text[...]
        while let dollar = rest.firstIndex(of: "$") {
            expanded += rest[..<dollar]
            rest = rest[dollar...]
            if rest.hasPrefix("$${") {
                expanded += "${"
                rest = rest.dropFirst(3)
            } else if rest.hasPrefix("${") {
                guard let end = rest.firstIndex(of: "}") else {
                    throw Failure(message: "“${” has no “}”; write “$${” for a plain one.")
                }
                expanded += try value(of: rest[rest.index(rest.startIndex, offsetBy: 2)..<end])
                rest = rest[rest.index(after: end)...]
            } else {
                expanded += "$"
                rest = rest.dropFirst()
            }
        }
        return expanded + rest
    }

    /// The path that a text names, which begins in the file's folder unless it is absolute.
    func path(_ text: String) throws(Failure) -> String {
        let path = try expand(text)
        guard !path.isEmpty else { throw Failure(message: "must be the path of a file.") }
        guard !path.hasPrefix("/"), let file, let slash = file.lastIndex(of: "/") else {
            return path
        }
        return file[...slash] + path
    }

    private func value(of reference: Substring) throws(Failure) -> String {
        var name = reference
        var fallback: Substring?
        for index in reference.indices where reference[index...].hasPrefix(":-") {
            name = reference[..<index]
            fallback = reference[index...].dropFirst(2)
            break
        }
        if let value = environment[String(name)], !value.isEmpty { return value }
        guard let fallback else {
            throw Failure(
                message: "the environment variable \(name) is not set;"
                    + " write “${\(name):-text}” to give a default."
            )
        }
        return String(fallback)
    }
}
