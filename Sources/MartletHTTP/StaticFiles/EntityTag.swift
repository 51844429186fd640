/// The tag of one state of a resource (RFC 9110 §8.8.3).
struct EntityTag: Hashable, Sendable {
    /// Whether it says only that states are equivalent, not that their bytes are equal.
    let isWeak: Bool
    /// What stands between the quotes.
    let opaque: String

    init(_ opaque: String, isWeak: Bool = false) {
        self.opaque = opaque
        self.isWeak = isWeak
    }

    /// Reads one tag; nil when the text is anything else.
    init?(_ text: String) {
        var rest = Substring(text).utf8
        guard let tag = EntityTag.next(in: &rest), rest.isEmpty else { return nil }
        self = tag
    }

    /// Reads a list of tags, up to the first that is broken.
    static func list(_ text: String) -> [EntityTag] {
        var rest = Substring(text).utf8
        var tags: [EntityTag] = []
        while true {
            rest = rest.drop { byte in
                byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t")
                    || byte == UInt8(ascii: ",")
            }
            guard let tag = next(in: &rest) else { return tags }
            tags.append(tag)
        }
    }

    /// Whether both are strong and equal.
    func stronglyEquals(_ other: EntityTag) -> Bool {
        !isWeak && !other.isWeak && opaque == other.opaque
    }

    /// Whether they are equal, weak or not.
    func weaklyEquals(_ other: EntityTag) -> Bool {
        opaque == other.opaque
    }

    private static func next(in rest: inout Substring.UTF8View) -> EntityTag? {
        var tail = rest
        let isWeak = tail.starts(with: "W/".utf8)
        if isWeak {
            tail = tail.dropFirst(2)
        }
        guard tail.popFirst() == UInt8(ascii: "\""),
            let end = tail.firstIndex(of: UInt8(ascii: "\""))
        else { return nil }
        let opaque = String(Substring(tail[..<end]))
        rest = tail[tail.index(after: end)...]
        return EntityTag(opaque, isWeak: isWeak)
    }
}

extension EntityTag: CustomStringConvertible {
    /// The tag as a field has it.
    var description: String { isWeak ? "W/\"\(opaque)\"" : "\"\(opaque)\"" }
}
