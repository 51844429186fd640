/// A media type with its parameters, such as `text/html; charset=utf-8` (RFC 9110 §8.3.1).
///
/// ```swift
/// let type: MediaType = "text/html; charset=utf-8"
/// print(type.essence, type["charset"] ?? "none")
/// ```
public struct MediaType: Sendable {
    /// A parameter of a media type.
    public struct Parameter: Hashable, Sendable {
        /// The name, in lower case.
        public let name: String
        /// The value, without the quotes that it may have been written with.
        public let value: String

        /// Makes a parameter.
        public init(_ name: String, _ value: String) {
            self.name = name.lowercased()
            self.value = value
        }
    }

    /// The top-level type in lower case, such as `text`.
    public let type: String

    /// The subtype in lower case, such as `html`.
    public let subtype: String

    /// The parameters in their order; of those with one name the first.
    public let parameters: [Parameter]

    /// Makes a media type of its parts, which must be tokens.
    public init(_ type: String, _ subtype: String, parameters: [Parameter] = []) {
        precondition(MediaType.isToken(type), "The type '\(type)' is not a token.")
        precondition(MediaType.isToken(subtype), "The subtype '\(subtype)' is not a token.")
        self.type = type.lowercased()
        self.subtype = subtype.lowercased()
        var names: Set<String> = []
        self.parameters = parameters.filter { names.insert($0.name).inserted }
    }

    /// Reads a media type; nil when the text is not one.
    public init?(_ text: String) {
        var reader = FieldValueReader(text)
        reader.skipWhitespace()
        guard let type = reader.token(), reader.skip("/"), let subtype = reader.token() else {
            return nil
        }
        guard let parameters = reader.parameters() else { return nil }
        reader.skipWhitespace()
        guard reader.isAtEnd else { return nil }
        self.init(type, subtype, parameters: parameters)
    }

    /// The value of a parameter, by its name in any case.
    public subscript(name: String) -> String? {
        let name = name.lowercased()
        return parameters.first { $0.name == name }?.value
    }

    /// The type and subtype without parameters, such as `text/html`.
    public var essence: String { "\(type)/\(subtype)" }

    private static func isToken(_ text: String) -> Bool {
        !text.isEmpty && text.utf8.allSatisfy(ASCII.isToken)
    }
}

extension MediaType {
    /// `application/json`.
    public static let json = MediaType("application", "json")
    /// `text/html`.
    public static let html = MediaType("text", "html")
    /// `text/plain`.
    public static let plainText = MediaType("text", "plain")
    /// `text/event-stream`.
    public static let eventStream = MediaType("text", "event-stream")
    /// `application/octet-stream`.
    public static let octetStream = MediaType("application", "octet-stream")
    /// `application/x-www-form-urlencoded`.
    public static let form = MediaType("application", "x-www-form-urlencoded")
    /// `multipart/form-data`.
    public static let multipartForm = MediaType("multipart", "form-data")
}

extension MediaType: Hashable {
    /// Equal when type, subtype and parameters are, the parameters in any order and their values
    /// in any case.
    public static func == (left: MediaType, right: MediaType) -> Bool {
        left.type == right.type && left.subtype == right.subtype
            && left.parameters.count == right.parameters.count
            && left.hasParameters(of: right) && right.hasParameters(of: left)
    }

    /// Hashes type and subtype.
    public func hash(into hasher: inout Hasher) {
        hasher.combine(type)
        hasher.combine(subtype)
    }

    /// Whether every parameter of `other` is here with the same value, in any case.
    func hasParameters(of other: MediaType) -> Bool {
        other.parameters.allSatisfy { wanted in
            self[wanted.name]?.lowercased() == wanted.value.lowercased()
        }
    }
}

extension MediaType: ExpressibleByStringLiteral {
    /// Makes a media type of a literal, which must be one.
    public init(stringLiteral value: String) {
        guard let type = MediaType(value) else {
            preconditionFailure("'\(value)' is not a media type.")
        }
        self = type
    }
}

extension MediaType: CustomStringConvertible {
    /// The media type as a field has it; values that are not tokens are quoted.
    public var description: String {
        var text = essence
        for parameter in parameters {
            text += "; \(parameter.name)="
            if MediaType.isToken(parameter.value) {
                text += parameter.value
            } else {
                let escaped = parameter.value.flatMap { character in
                    character == "\"" || character == "\\" ? ["\\", character] : [character]
                }
                text += "\"\(String(escaped))\""
            }
        }
        return text
    }
}
