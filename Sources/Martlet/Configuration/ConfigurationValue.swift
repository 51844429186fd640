public import Logging

/// A type that a setting can have: it reads itself from the text that a flag, an environment
/// variable or a file holds.
public protocol ConfigurationValue: Sendable {
    /// What the text must be, for error messages: `a whole number`.
    static var configurationSyntax: String { get }

    /// Reads the text; nil when it is not of the type.
    init?(configurationText text: String)
}

extension String: ConfigurationValue {
    /// Any text.
    public static var configurationSyntax: String { "text" }

    /// Takes the text as it is.
    public init?(configurationText text: String) { self = text }
}

extension Int: ConfigurationValue {
    /// A whole number in decimal digits.
    public static var configurationSyntax: String { "a whole number" }

    /// Reads decimal digits with an optional sign; underscores may group them.
    public init?(configurationText text: String) {
        guard text.first != "_", text.last != "_" else { return nil }
        self.init(text.filter { $0 != "_" })
    }
}

extension Double: ConfigurationValue {
    /// A number.
    public static var configurationSyntax: String { "a number" }

    /// Reads a finite decimal number.
    public init?(configurationText text: String) {
        guard let value = Double(text), value.isFinite else { return nil }
        self = value
    }
}

extension Bool: ConfigurationValue {
    /// True or false.
    public static var configurationSyntax: String { "true or false" }

    /// Reads `true`, `yes`, `on`, `1` or `false`, `no`, `off`, `0`, in any case.
    public init?(configurationText text: String) {
        switch text.lowercased() {
        case "true", "yes", "on", "1": self = true
        case "false", "no", "off", "0": self = false
        default: return nil
        }
    }
}

extension Duration: ConfigurationValue {
    /// A whole number and its unit.
    public static var configurationSyntax: String {
        "a time with its unit, such as 250ms, 30s, 5m or 1h"
    }

    /// Reads a whole number followed by `ms`, `s`, `m` or `h`.
    public init?(configurationText text: String) {
        let digits = text.prefix { $0.isASCII && $0.isNumber }
        guard let number = Int64(digits), number <= 1_000_000_000 else { return nil }
        switch text.dropFirst(digits.count) {
        case "ms": self = .milliseconds(number)
        case "s": self = .seconds(number)
        case "m": self = .seconds(number * 60)
        case "h": self = .seconds(number * 3600)
        default: return nil
        }
    }
}

extension Logger.Level: ConfigurationValue {
    /// The name of a level.
    public static var configurationSyntax: String {
        "one of " + allCases.map(\.rawValue).joined(separator: ", ")
    }

    /// Reads the name of a level in any case.
    public init?(configurationText text: String) {
        self.init(rawValue: text.lowercased())
    }
}

extension Array: ConfigurationValue where Element: ConfigurationValue {
    /// Several values with commas between them.
    public static var configurationSyntax: String {
        "a list of values with commas between them, each \(Element.configurationSyntax)"
    }

    /// Reads values with commas between them; spaces around a value do not count, and empty text
    /// is an empty list.
    public init?(configurationText text: String) {
        self = []
        guard !text.isEmpty else { return }
        for part in text.split(separator: ",", omittingEmptySubsequences: false) {
            let trimmed = part.drop { $0 == " " }
            let end = trimmed.lastIndex { $0 != " " }.map(trimmed.index(after:))
            let word = trimmed[..<(end ?? trimmed.startIndex)]
            guard let value = Element(configurationText: String(word)) else { return nil }
            append(value)
        }
    }
}
