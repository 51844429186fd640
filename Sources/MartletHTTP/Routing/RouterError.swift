/// Why a router could not be compiled.
public struct RouterError: Error, Sendable {
    /// The kind of error.
    public struct Code: Hashable, Sendable {
        private enum Kind {
            case invalidPattern
            case duplicateParameter
            case tooManyParameters
            case conflict
        }

        private let kind: Kind

        /// The pattern is not written as ``Router`` says.
        public static let invalidPattern = Code(kind: .invalidPattern)
        /// The pattern has two parameters of one name.
        public static let duplicateParameter = Code(kind: .duplicateParameter)
        /// The pattern has more than ``Router/maximumParameters``.
        public static let tooManyParameters = Code(kind: .tooManyParameters)
        /// Two routes answer the same requests.
        public static let conflict = Code(kind: .conflict)
    }

    /// The kind of error.
    public let code: Code

    /// What is wrong, with the routes concerned.
    public let message: String

    init(_ code: Code, _ message: String) {
        self.code = code
        self.message = message
    }
}

extension RouterError: CustomStringConvertible {
    /// The message.
    public var description: String { message }
}
