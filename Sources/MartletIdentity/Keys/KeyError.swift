/// A key, or a set of keys, that cannot be used.
public struct KeyError: Error, Sendable, CustomStringConvertible {
    /// What is wrong, for a person to read.
    public let message: String

    /// What led to it.
    public let cause: (any Error)?

    package init(_ message: String, cause: (any Error)? = nil) {
        self.message = message
        self.cause = cause
    }

    /// The message, then the chain of causes.
    public var description: String {
        cause.map { "\(message)\n  caused by: \($0)" } ?? message
    }
}
