import HTTPTypes
import MartletCore
import MartletHTTP
import NIOCore
import TestSupport
import Testing

/// The rules of ``Router``, as directly as they can be written.
private enum NaiveMatcher {
    /// How specific each segment of a matching pattern is, or nil when it does not match.
    static func match(_ pattern: [Substring], _ path: [Substring]) -> [Int]? {
        var ranks: [Int] = []
        for (index, part) in pattern.enumerated() {
            if part.hasSuffix("...}") {
                return index < path.count ? ranks + [0] : nil
            }
            guard index < path.count else { return nil }
            if part.hasPrefix("{") {
                guard !path[index].isEmpty else { return nil }
                ranks.append(1)
            } else {
                guard part == path[index] else { return nil }
                ranks.append(2)
            }
        }
        return path.count == pattern.count ? ranks : nil
    }

    static func best(_ patterns: [String], _ path: String) -> String? {
        let segments = path.split(separator: "/", omittingEmptySubsequences: false)
        let matches = patterns.compactMap { pattern in
            match(pattern.split(separator: "/", omittingEmptySubsequences: false), segments)
                .map { (ranks: $0, pattern: pattern) }
        }
        return matches.max { $0.ranks.lexicographicallyPrecedes($1.ranks) }?.pattern
    }
}

@Suite("Router against a naive matcher")
struct RouterPropertyTests {
    private let literals = ["", "a", "ab", "abc", "b", "ba", "users", "user"]

    private func pattern(_ generator: inout SplitMix) -> String {
        var text = ""
        let count = Int.random(in: 1...4, using: &generator)
        for index in 0..<count {
            switch Int.random(in: 0..<10, using: &generator) {
            case 0 where index == count - 1: text += "/{rest...}"
            case 1, 2, 3: text += "/{p\(index)}"
            default: text += "/" + (literals.randomElement(using: &generator) ?? "")
            }
        }
        return text
    }

    private func path(_ generator: inout SplitMix) -> String {
        let count = Int.random(in: 1...5, using: &generator)
        return (0..<count).map { _ in "/" + (literals.randomElement(using: &generator) ?? "") }
            .joined()
    }

    @Test("every lookup finds what the rules say", arguments: 0..<40 as Range<UInt64>)
    func agreesWithTheRules(seed: UInt64) async throws {
        var generator = SplitMix(seed: seed)
        var patterns: [String] = []
        for _ in 0..<Int.random(in: 1...40, using: &generator) {
            let pattern = pattern(&generator)
            if !patterns.contains(pattern) { patterns.append(pattern) }
        }
        var router = Router()
        for pattern in patterns {
            router.get(pattern) { request, _ in request.route ?? "" }
        }
        let compiled = try router.compile()
        for _ in 0..<200 {
            let path = path(&generator)
            let expected = NaiveMatcher.best(patterns, path).map { "GET \($0)" }
            let found: String?
            do {
                let response = try await compiled.handle(
                    Request(.get, path),
                    context: CallContext()
                )
                found = String(buffer: try await response.body.collect(upTo: 1000))
            } catch let error as HTTPError where error.status == .notFound {
                found = nil
            }
            #expect(found == expected, "\(path) in \(patterns)")
        }
    }
}
