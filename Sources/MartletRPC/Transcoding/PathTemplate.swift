import MartletHTTP

/// The template of a rule's path (`google/api/http.proto`, "Path template syntax").
struct PathTemplate: Hashable, Sendable {
    /// What one segment of a path must be.
    enum Segment: Hashable, Sendable {
        /// This text, after percent-decoding.
        case literal(String)
        /// Anything but nothing.
        case any
        /// All that is left, or nothing.
        case rest
    }

    /// A field that some of the segments are the value of.
    struct Variable: Hashable, Sendable {
        /// The names from the request to the field.
        var field: [String]
        /// Which segments of the template are its value.
        var segments: Range<Int>
        /// Whether it stands for several segments, so that an encoded slash stays encoded.
        var isMultiple: Bool
    }

    /// The most segments of a template.
    static let maximumSegments = 64

    private(set) var segments: [Segment] = []
    private(set) var variables: [Variable] = []
    /// What follows the last colon.
    private(set) var verb: String?

    /// Reads a template.
    ///
    /// - Throws: ``TranscodingError`` that says what is wrong with it.
    init(_ text: String) throws(TranscodingError) {
        guard text.first == "/" else {
            throw TranscodingError("The path '\(text)' does not begin with a slash.")
        }
        var rest = text.dropFirst()
        if let colon = rest.lastIndex(of: ":"),
            !rest[colon...].contains(where: { "/}".contains($0) })
        {
            verb = try Self.literal(rest[rest.index(after: colon)...], in: text)
            rest = rest[..<colon]
        }
        guard !rest.isEmpty else { return }
        while true {
            if rest.first == "{" {
                rest = try readVariable(rest, in: text)
            } else {
                let end = rest.firstIndex(of: "/") ?? rest.endIndex
                segments.append(try Self.segment(rest[..<end], in: text))
                rest = rest[end...]
            }
            guard let slash = rest.first else { break }
            guard slash == "/" else {
                throw TranscodingError("In the path '\(text)' a variable is not a whole segment.")
            }
            rest = rest.dropFirst()
        }
        try check(text)
    }

    /// Reads `{field=segments}` and returns what follows.
    private mutating func readVariable(
        _ text: Substring,
        in path: String
    ) throws(TranscodingError) -> Substring {
        guard let end = text.firstIndex(of: "}") else {
            throw TranscodingError("In the path '\(path)' a brace is not closed.")
        }
        let content = text[text.index(after: text.startIndex)..<end]
        let equals = content.firstIndex(of: "=")
        let name = content[..<(equals ?? content.endIndex)]
        let field = name.split(separator: ".", omittingEmptySubsequences: false).map(String.init)
        guard field.allSatisfy(Self.isIdentifier) else {
            throw TranscodingError("In the path '\(path)' the variable '\(name)' is no field path.")
        }
        let start = segments.count
        if let equals {
            let pattern = content[content.index(after: equals)...]
            for part in pattern.split(separator: "/", omittingEmptySubsequences: false) {
                segments.append(try Self.segment(part, in: path))
            }
        } else {
            segments.append(.any)
        }
        variables.append(
            Variable(
                field: field,
                segments: start..<segments.count,
                isMultiple: segments.count > start + 1 || segments[start] == .rest
            )
        )
        return text[text.index(after: end)...]
    }

    private func check(_ path: String) throws(TranscodingError) {
        guard segments.count <= Self.maximumSegments else {
            throw TranscodingError(
                "The path '\(path)' has more than \(Self.maximumSegments) segments."
            )
        }
        if let rest = segments.firstIndex(of: .rest), rest != segments.count - 1 {
            throw TranscodingError("In the path '\(path)' a '**' is not the last segment.")
        }
        for (position, variable) in variables.enumerated() {
            for other in variables[..<position] where Self.overlap(variable.field, other.field) {
                let name = variable.field.joined(separator: ".")
                throw TranscodingError("In the path '\(path)' the field '\(name)' is bound twice.")
            }
        }
    }

    /// Whether one field is the other or a part of it.
    static func overlap(_ left: [String], _ right: [String]) -> Bool {
        zip(left, right).allSatisfy(==)
    }

    private static func segment(
        _ text: Substring,
        in path: String
    ) throws(TranscodingError) -> Segment {
        switch text {
        case "*": .any
        case "**": .rest
        default: .literal(try literal(text, in: path))
        }
    }

    private static func literal(
        _ text: Substring,
        in path: String
    ) throws(TranscodingError) -> String {
        guard !text.isEmpty, !text.contains(where: { "{}*=?#".contains($0) }),
            let decoded = PercentCoding.decode(text), decoded != ".", decoded != ".."
        else {
            throw TranscodingError("In the path '\(path)' the segment '\(text)' is no literal.")
        }
        return decoded
    }

    private static func isIdentifier(_ text: String) -> Bool {
        guard let first = text.utf8.first, !(0x30...0x39).contains(first) else { return false }
        return text.utf8.allSatisfy { byte in
            byte == UInt8(ascii: "_") || (0x30...0x39).contains(byte)
                || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte)
        }
    }
}
