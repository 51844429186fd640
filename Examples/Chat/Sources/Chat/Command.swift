/// What a member wants, as a line says it.
enum Command: Equatable, Sendable {
    case say(String)
    case nick(String)
    case who
    case help
    case quit
    /// Begins with a slash and is none of these.
    case unknown(String)

    /// Reads a line.
    ///
    /// What moves cursors or rings bells is taken out of it: it would reach others' terminals.
    init(_ line: String) {
        let harmless = line.unicodeScalars.filter { $0.properties.generalCategory != .control }
        let text = String(String.UnicodeScalarView(harmless))
        let words = text.split(separator: " ", maxSplits: 1).map(String.init)
        let argument = words.count == 2 ? words[1] : ""
        self =
            switch words.first {
            case "/nick"?: .nick(argument)
            case "/who"?: .who
            case "/help"?: .help
            case "/quit"?: .quit
            case let word? where word.hasPrefix("/"): .unknown(word)
            default: .say(text)
            }
    }
}
