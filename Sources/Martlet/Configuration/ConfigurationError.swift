/// A configuration that cannot be used; says which key, which value and where it was found.
public struct ConfigurationError: Error, Sendable {
    /// What kind of mistake it is.
    public struct Code: Hashable, Sendable, CustomStringConvertible {
        /// The kind in words.
        public let description: String

        /// A key that nothing reads, or an argument that is no flag.
        public static let unknownKey = Code(description: "unknown key")
        /// A value that is not of the type that its key has, or outside its range.
        public static let badValue = Code(description: "bad value")
        /// A key without a value that has no default.
        public static let missingValue = Code(description: "missing value")
        /// A configuration file that cannot be read or is not well-formed.
        public static let unreadableFile = Code(description: "unreadable file")
    }

    /// What kind of mistake it is.
    public let code: Code

    /// The key, value, source and what was expected, in a sentence.
    public let message: String

    /// What led to this error.
    public let cause: (any Error)?

    /// Makes an error.
    public init(_ code: Code, _ message: String, cause: (any Error)? = nil) {
        self.code = code
        self.message = message
        self.cause = cause
    }
}

extension ConfigurationError: CustomStringConvertible {
    /// The kind and the message, then the cause.
    public var description: String {
        let text = "configuration: \(code): \(message)"
        return cause.map { "\(text)\n  caused by: \($0)" } ?? text
    }
}
