/// Why something that tasks wait for was not given.
public struct WaitError: Error, Hashable, Sendable {
    /// The kinds of refusal.
    public struct Code: Hashable, Sendable {
        private let name: String

        /// Nobody may wait any more; choose this over `timedOut` when no time has passed.
        public static let queueFull = Code(name: "queue full")
        /// It did not come before the deadline.
        public static let timedOut = Code(name: "timed out")
        /// It will not come any more: what was waited for has been closed.
        public static let closed = Code(name: "closed")

        fileprivate var text: String { name }
    }

    /// Which kind it is.
    public let code: Code

    /// What happened, for a log.
    public let message: String

    package init(_ code: Code, _ message: String) {
        self.code = code
        self.message = message
    }
}

extension WaitError: CustomStringConvertible {
    /// The kind and the message.
    public var description: String { "\(code.text): \(message)" }
}
