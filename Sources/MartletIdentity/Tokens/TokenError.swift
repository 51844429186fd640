/// Why a token is not accepted.
public struct TokenError: Error, Sendable, CustomStringConvertible {
    /// What is wrong.
    public struct Code: Hashable, Sendable, CustomStringConvertible {
        /// The kind's name.
        public let description: String

        /// It is not a signed JSON Web Token, or longer than the policy allows.
        public static let malformed = Code(description: "malformed")

        /// Its algorithm is not one that the policy allows, or not one of the key that it names.
        public static let algorithm = Code(description: "algorithm")

        /// No key that is known has signed it; ``signature`` when the key is known and did not.
        public static let unknownKey = Code(description: "unknownKey")

        /// The signature is wrong.
        public static let signature = Code(description: "signature")

        /// It has expired (`exp`), or is older than the policy allows (`iat`).
        public static let expired = Code(description: "expired")

        /// It is not valid yet (`nbf`, or an `iat` in the future).
        public static let notYetValid = Code(description: "notYetValid")

        /// A claim is missing, of the wrong type, or does not have a value that the policy allows.
        public static let claim = Code(description: "claim")

        /// The keys cannot be had; it may well be valid.
        public static let keysUnavailable = Code(description: "keysUnavailable")
    }

    /// What is wrong.
    public let code: Code

    /// What is wrong, for a person to read; holds nothing of the token but claim names.
    public let message: String

    /// What led to it.
    public let cause: (any Error)?

    package init(_ code: Code, _ message: String, cause: (any Error)? = nil) {
        self.code = code
        self.message = message
        self.cause = cause
    }

    /// The message, then the chain of causes.
    public var description: String {
        cause.map { "\(message)\n  caused by: \($0)" } ?? message
    }
}
