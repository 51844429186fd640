/// The name of a setting, as flags, environment variables and files spell it.
///
/// `http.keepAlive` is the flag `--http-keep-alive` (or `--http.keepAlive`), the variable
/// `MARTLET_HTTP_KEEP_ALIVE`, and in a file `keepAlive` (or `keep-alive`) under `http`. Two
/// spellings are the same key when their words are the same.
struct ConfigurationKey: Hashable, Sendable {
    /// The lowercase words: `http`, `keep`, `alive`.
    let words: [String]

    /// Splits a spelling at dots, dashes, underscores and where a lowercase letter or a digit
    /// meets an uppercase one.
    init(_ spelling: some StringProtocol) {
        var words: [String] = []
        var word = ""
        var previousIsLower = false
        for character in spelling {
            if character == "." || character == "-" || character == "_" {
                if !word.isEmpty { words.append(word) }
                word = ""
                previousIsLower = false
                continue
            }
            if previousIsLower, character.isUppercase {
                words.append(word)
                word = ""
            }
            word += character.lowercased()
            previousIsLower = character.isLowercase || character.isNumber
        }
        if !word.isEmpty { words.append(word) }
        self.words = words
    }

    /// The spelling on the command line.
    var flag: String { "--" + words.joined(separator: "-") }

    /// The spelling in the environment, without a prefix.
    var variable: String { words.joined(separator: "_").uppercased() }
}
