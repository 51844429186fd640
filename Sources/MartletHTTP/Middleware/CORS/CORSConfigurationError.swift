/// A configuration of ``CORS`` that would be unsafe or that browsers would refuse.
public struct CORSConfigurationError: Error, Equatable, Sendable, CustomStringConvertible {
    /// What is wrong.
    public struct Code: Hashable, Sendable {
        private let rawValue: String

        private init(_ rawValue: String) {
            self.rawValue = rawValue
        }

        /// Every origin is allowed, with credentials: any site could act in its visitors' names.
        ///
        /// Name the origins instead.
        public static let anyOriginWithCredentials = Code("anyOriginWithCredentials")

        /// An origin is not `scheme://host` or `scheme://host:port`, so that no browser sends it.
        public static let malformedOrigin = Code("malformedOrigin")
    }

    /// What is wrong.
    public let code: Code

    /// What is wrong, for a person to read.
    public let message: String

    /// The message.
    public var description: String { message }
}
