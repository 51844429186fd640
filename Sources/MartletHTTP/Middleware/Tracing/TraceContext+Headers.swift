import HTTPTypes

extension TraceContext {
    /// The most bytes of `tracestate` that are passed on: what the standard asks for at least
    /// (§3.3.1.5).
    package static let maximumStateLength = 512

    /// The most members of `tracestate` (§3.3.1.1).
    package static let maximumStateMembers = 32

    /// Reads the context that a message carries.
    ///
    /// Nil when `traceparent` is absent, malformed or there twice; `tracestate` is then ignored.
    /// A `tracestate` that is malformed is dropped without harm to the rest (§3.3).
    package init?(_ headers: Headers) {
        guard let index = headers.firstIndex(of: .traceparent, from: 0),
            headers.firstIndex(of: .traceparent, from: index + 1) == nil,
            var context = headers.withValueBytes(at: index, { Self.parse($0) })
        else { return nil }
        context.state = headers[.tracestate].flatMap(Self.boundedState)
        self = context
    }

    /// Puts the context into a message, in the place of what it carried.
    package func write(to headers: inout Headers) {
        headers[.traceparent] = traceparent
        headers[.tracestate] = state
    }

    /// The members that fit the limits, from the left: the newest stand there.
    private static func boundedState(_ text: String) -> String? {
        var kept: [Substring] = []
        var length = 0
        for part in text.split(separator: ",") {
            let member = part.trimmingOptionalWhitespace()
            if member.isEmpty { continue }
            guard isMember(member) else { return nil }
            length += member.utf8.count + (kept.isEmpty ? 0 : 1)
            guard length <= maximumStateLength, kept.count < maximumStateMembers else { break }
            kept.append(member)
        }
        return kept.isEmpty ? nil : kept.joined(separator: ",")
    }

    /// Whether the text is `key=value` of visible ASCII and inner spaces.
    private static func isMember(_ text: Substring) -> Bool {
        guard let mark = text.utf8.firstIndex(of: UInt8(ascii: "=")), mark > text.startIndex else {
            return false
        }
        return text.utf8.allSatisfy { (0x20...0x7E).contains($0) }
    }
}
