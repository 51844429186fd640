import Foundation

/// What a site's `robots.txt` says to one crawler (RFC 9309).
struct Robots: Equatable, Sendable {
    /// How much of the file is read; what the RFC asks for at least.
    static let sizeLimit = 500 * 1024
    /// The longest `Crawl-delay` that is kept to; who wants more is visited that seldom.
    static let delayLimit: Duration = .seconds(60)

    /// Nothing is forbidden: there is no such file.
    static let allowingAll = Robots("", for: "")
    /// Everything is forbidden: the site could not say what is.
    static let disallowingAll = Robots("User-agent: *\nDisallow: /", for: "")

    private struct Rule: Equatable {
        let allows: Bool
        let pattern: String
    }

    private var rules: [Rule] = []
    /// How long to wait between two requests; an extension that many sites use.
    private(set) var delay: Duration?

    /// Reads a file.
    ///
    /// - Parameters:
    ///   - text: What the file says. A line that makes no sense is skipped.
    ///   - agent: The crawler's name, such as `martlet-crawler`.
    init(_ text: String, for agent: String) {
        let groups = Self.groups(text)
        let own = groups.filter { $0.agents.contains(agent.lowercased()) }
        let applying = own.isEmpty ? groups.filter { $0.agents.contains("*") } : own
        for line in applying.flatMap(\.lines) {
            switch line.key {
            case "crawl-delay":
                guard let seconds = Double(line.value), seconds >= 0 else { continue }
                delay = min(.seconds(min(seconds, 1e6)), Self.delayLimit)
            default:
                // An empty pattern matches nothing: "Disallow:" is how a file allows everything.
                guard !line.value.isEmpty else { continue }
                let pattern = PercentEncoding.normalised(line.value)
                rules.append(Rule(allows: line.key == "allow", pattern: pattern))
            }
        }
    }

    /// Whether a path with its query may be fetched: the longest pattern that matches decides, and
    /// of two that are equally long the one that allows.
    func allows(_ target: String) -> Bool {
        if target == "/robots.txt" { return true }
        let matching = rules.filter { Self.matches($0.pattern, target) }
        let length = matching.map(\.pattern.utf8.count).max()
        guard let length else { return true }
        return matching.contains { $0.pattern.utf8.count == length && $0.allows }
    }

    /// Whether a pattern matches the beginning of a target, where `*` stands for anything and `$`
    /// at its end for the target's end.
    private static func matches(_ pattern: String, _ target: String) -> Bool {
        let isWhole = pattern.hasSuffix("$")
        let pieces = pattern.dropLast(isWhole ? 1 : 0)
            .split(separator: "*", omittingEmptySubsequences: false)
        guard let first = pieces.first, target.hasPrefix(first) else { return false }
        var rest = target.dropFirst(first.count)
        for piece in pieces.dropFirst().dropLast(isWhole ? 1 : 0) where !piece.isEmpty {
            guard let found = rest.firstRange(of: piece) else { return false }
            rest = rest[found.upperBound...]
        }
        guard isWhole else { return true }
        return pieces.count == 1 ? rest.isEmpty : pieces.last.map(rest.hasSuffix) ?? false
    }

    // MARK: Groups

    private struct Group {
        var agents: [String] = []
        var lines: [(key: String, value: String)] = []
    }

    /// The groups: one or more `User-agent` lines, then what holds for those crawlers.
    private static func groups(_ text: String) -> [Group] {
        var groups: [Group] = []
        for line in text.split(whereSeparator: \.isNewline) {
            let statement = line.prefix { $0 != "#" }
            guard let colon = statement.firstIndex(of: ":") else { continue }
            let key = statement[..<colon].trimmingCharacters(in: .whitespaces).lowercased()
            let value = statement[statement.index(after: colon)...]
                .trimmingCharacters(in: .whitespaces)
            switch key {
            case "user-agent":
                if groups.last?.lines.isEmpty != true { groups.append(Group()) }
                groups[groups.count - 1].agents.append(name(value))
            case "allow", "disallow", "crawl-delay":
                guard !groups.isEmpty else { continue }
                groups[groups.count - 1].lines.append((key, value))
            default:
                continue
            }
        }
        return groups
    }

    /// The name of a crawler without its version: `Bot/1.2` is `bot`.
    private static func name(_ value: String) -> String {
        value == "*" ? value : value.prefix { $0.isLetter || "-_".contains($0) }.lowercased()
    }
}
