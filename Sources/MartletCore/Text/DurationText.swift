/// Durations as people write them: `250ms`, `1.5s`, `2m`, `1h`; a bare number is seconds.
package enum DurationText {
    /// The longest duration that may be written.
    package static let maximum = Duration.seconds(24 * 60 * 60)

    /// The duration that `text` says; nil when it says none, none above zero, or more than
    /// ``maximum``.
    package static func parse(_ text: String) -> Duration? {
        let digits = text.prefix { $0.isASCII && ($0.isNumber || $0 == ".") }
        let seconds: Double
        switch text[digits.endIndex...] {
        case "ms": seconds = 0.001
        case "s", "": seconds = 1
        case "m": seconds = 60
        case "h": seconds = 3600
        default: return nil
        }
        guard let number = Double(digits), number > 0, number.isFinite, number < 1e9 else {
            return nil
        }
        let duration = Duration.seconds(number * seconds)
        return duration <= maximum ? duration : nil
    }
}
