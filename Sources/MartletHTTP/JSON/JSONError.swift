/// Why a document is not what was asked for.
///
/// It prints as `items[0].quantity: expected Int, found a string (at byte 41)`.
public struct JSONError: Error, Hashable, Sendable {
    /// The kind of a ``JSONError``.
    public struct Code: Hashable, Sendable, CustomStringConvertible {
        /// The kind's name.
        public let description: String

        /// The bytes are not JSON: ask the sender to mend its encoder.
        public static let malformed = Code(description: "malformed")
        /// The document is longer or nests deeper than ``JSON/Limits`` allow.
        public static let limit = Code(description: "limit")
        /// A member is not there that has to be; ``mismatch`` when it is there and null.
        public static let missing = Code(description: "missing")
        /// A value is of another kind than the type asks for, or null.
        public static let mismatch = Code(description: "mismatch")
        /// A value is of the right kind, but the type refuses it, as an unknown case of an
        /// enumeration or a number out of range.
        public static let invalid = Code(description: "invalid")
    }

    /// What kind of error it is.
    public var code: Code

    /// Where: `items[0].quantity`; nil for what is wrong with the document as a whole.
    public var path: String?

    /// The offset of the byte where it was found, when it is known.
    public var offset: Int?

    /// What was expected, and what was found.
    public var reason: String

    /// Makes an error.
    public init(_ code: Code, _ reason: String, path: String? = nil, offset: Int? = nil) {
        self.code = code
        self.path = path
        self.offset = offset
        self.reason = reason
    }
}

extension JSONError: CustomStringConvertible {
    /// The path, the reason and the offset.
    public var description: String {
        (path.map { "\($0): " } ?? "") + reason + (offset.map { " (at byte \($0))" } ?? "")
    }
}
