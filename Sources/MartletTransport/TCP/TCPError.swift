/// What went wrong on a stream.
public struct TCPError: Error, Sendable, CustomStringConvertible {
    /// What kind of problem it is.
    public struct Code: Hashable, Sendable, CustomStringConvertible {
        private let name: String

        /// The stream was closed on this side, before or during the call.
        public static let closed = Code(name: "closed")
        /// The connection broke: the peer reset it, or the network did.
        public static let connectionLost = Code(name: "connectionLost")
        /// Nothing arrived within the time that a read may take; the stream is still good.
        public static let readTimedOut = Code(name: "readTimedOut")
        /// The peer took nothing of what waited for it; the connection was reset.
        public static let writeTimedOut = Code(name: "writeTimedOut")
        /// Nothing was read and nothing written for too long; the connection was reset.
        public static let idleTimedOut = Code(name: "idleTimedOut")
        /// Something was written after ``TCPStream/finishWriting()``.
        public static let writingFinished = Code(name: "writingFinished")
        /// Two tasks read from one stream at a time; only the first gets bytes.
        public static let readInProgress = Code(name: "readInProgress")
        /// No connection was made: refused, unreachable, or the name has no address.
        public static let connectFailed = Code(name: "connectFailed")
        /// No connection was made in time.
        public static let connectTimedOut = Code(name: "connectTimedOut")
        /// The connection was made, and TLS was not: the peer's certificate or name is not trusted,
        /// or the peer does not speak TLS.
        public static let handshakeFailed = Code(name: "handshakeFailed")

        /// The code's name.
        public var description: String { name }
    }

    /// What kind of problem it is.
    public let code: Code
    /// What is wrong, in a sentence.
    public let message: String
    /// What led to it.
    public let cause: (any Error)?

    init(_ code: Code, _ message: String, cause: (any Error)? = nil) {
        self.code = code
        self.message = message
        self.cause = cause
    }

    /// The message, then the cause.
    public var description: String {
        cause.map { "\(message)\n  caused by: \($0)" } ?? message
    }
}

extension TCPError {
    static let closedHere = TCPError(.closed, "The stream was closed on this side.")

    static func lost(_ cause: (any Error)?) -> TCPError {
        TCPError(.connectionLost, "The connection broke.", cause: cause)
    }
}
