import MartletHTTP

/// The path of a request, cut into segments.
struct TranscodingPath: Sendable {
    struct Segment: Hashable, Sendable {
        /// As it was sent.
        var raw: Substring
        /// Percent-decoded.
        var decoded: String
    }

    private(set) var segments: [Segment] = []
    /// The decoded text after the last colon of the last segment.
    private(set) var verb: String?

    /// Cuts a path.
    ///
    /// Nil for one that does not begin with a slash, has a broken percent-encoding, or a segment
    /// that is `.` or `..`: those match no template.
    init?(_ path: Substring) {
        guard path.utf8.first == UInt8(ascii: "/") else { return nil }
        let rest = path.dropFirst()
        guard !rest.isEmpty else { return }
        for raw in rest.split(separator: "/", omittingEmptySubsequences: false) {
            guard let segment = Self.segment(raw) else { return nil }
            segments.append(segment)
        }
        if let last = segments.last?.raw, let colon = last.lastIndex(of: ":") {
            verb = PercentCoding.decode(last[last.index(after: colon)...])
        }
    }

    /// The segments without the verb.
    var withoutVerb: [Segment] {
        guard let last = segments.last?.raw, let colon = last.lastIndex(of: ":") else {
            return segments
        }
        let rest = last[..<colon]
        let head = Array(segments.dropLast())
        // The template `/:verb` has no segment.
        if rest.isEmpty && head.isEmpty { return [] }
        guard let segment = Self.segment(rest) else { return segments }
        return head + [segment]
    }

    private static func segment(_ raw: Substring) -> Segment? {
        guard let decoded = PercentCoding.decode(raw), decoded != ".", decoded != ".." else {
            return nil
        }
        return Segment(raw: raw, decoded: decoded)
    }

    /// What segments say of a variable: decoded, but for `%2F` when they are several.
    static func value(of segments: ArraySlice<Segment>, isMultiple: Bool) -> String {
        guard isMultiple else { return segments.first?.decoded ?? "" }
        return segments.map { segment in
            guard segment.decoded.utf8.contains(UInt8(ascii: "/")) else { return segment.decoded }
            return decodeKeepingSlashes(segment.raw)
        }.joined(separator: "/")
    }

    /// Decodes a segment whose encoded slashes stay as they were sent.
    private static func decodeKeepingSlashes(_ raw: Substring) -> String {
        var text = ""
        var rest = raw
        while let mark = rest.range(ofSlash: ()) {
            text += PercentCoding.decode(rest[..<mark.lowerBound]) ?? ""
            text += rest[mark]
            rest = rest[mark.upperBound...]
        }
        return text + (PercentCoding.decode(rest) ?? "")
    }
}

extension Substring {
    /// Where the first `%2F` or `%2f` is.
    fileprivate func range(ofSlash _: Void) -> Range<Index>? {
        firstRange(of: "%2F").map { upper in
            firstRange(of: "%2f").map { $0.lowerBound < upper.lowerBound ? $0 : upper } ?? upper
        } ?? firstRange(of: "%2f")
    }
}
