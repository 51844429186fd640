/// Credentials that are not accepted.
public struct AuthenticationError: Error, Sendable, CustomStringConvertible {
    /// What is wrong, for a person to read; it is sent to the caller.
    public let message: String

    /// What `WWW-Authenticate` says, when it is more than the authenticator's own challenge.
    public let challenge: String?

    /// What led to it; logged, never sent.
    public let cause: (any Error)?

    /// Makes an error.
    public init(_ message: String, challenge: String? = nil, cause: (any Error)? = nil) {
        self.message = message
        self.challenge = challenge
        self.cause = cause
    }

    /// The message, then the chain of causes.
    public var description: String {
        cause.map { "\(message)\n  caused by: \($0)" } ?? message
    }
}
