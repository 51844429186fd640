/// Why a cookie cannot be set.
public struct CookieError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The cookie's name.
    public var name: String

    /// What is wrong with it.
    public var reason: String

    /// Makes an error.
    public init(_ name: String, _ reason: String) {
        self.name = name
        self.reason = reason
    }

    /// The name and the reason.
    public var description: String { "The cookie '\(name)' \(reason)." }
}
