/// A piece of source that a rule must flag, and one that it must leave alone.
struct RuleCase: Sendable, CustomStringConvertible {
    let rule: String
    let path: String
    let flagged: String
    let accepted: String

    init(
        _ rule: String,
        in path: String = "Sources/MartletHTTP/Router/Router.swift",
        flagged: String,
        accepted: String
    ) {
        self.rule = rule
        self.path = path
        self.flagged = flagged
        self.accepted = accepted
    }

    var description: String { "\(rule): \(String(flagged.prefix(40)).debugDescription)" }

    /// One case or more for every rule.
    static let all = bans + sizes + words + reasons + imports
}
