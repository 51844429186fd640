/// Why a ``Semaphore`` gave no permit.
public struct SemaphoreError: Error, Sendable {
    /// The kinds of refusal.
    public struct Code: Hashable, Sendable {
        private let name: String

        /// Nobody may wait any more; choose this over `timedOut` when no time has passed.
        public static let queueFull = Code(name: "queue full")
        /// No permit became free before the deadline.
        public static let timedOut = Code(name: "timed out")

        fileprivate var text: String { name }
    }

    /// Which kind it is.
    public let code: Code

    /// What happened, for a log.
    public let message: String

    init(_ code: Code, _ message: String) {
        self.code = code
        self.message = message
    }
}

extension SemaphoreError: CustomStringConvertible {
    /// The kind and the message.
    public var description: String { "semaphore \(code.text): \(message)" }
}
