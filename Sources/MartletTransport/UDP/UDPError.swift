/// What went wrong on a UDP socket.
public struct UDPError: Error, Sendable, CustomStringConvertible {
    /// What kind of problem it is.
    public struct Code: Hashable, Sendable, CustomStringConvertible {
        private let name: String

        /// The socket was closed on this side, before or during the call.
        public static let closed = Code(name: "closed")
        /// The socket broke.
        public static let socketFailed = Code(name: "socketFailed")
        /// The datagram is larger than ``UDPLimits/maximumDatagramSize``; it was not sent.
        public static let datagramTooLarge = Code(name: "datagramTooLarge")
        /// The connected peer's host says that nobody listens there; the socket is still good.
        public static let peerRefused = Code(name: "peerRefused")
        /// Nothing arrived until the deadline; the socket is still good.
        public static let receiveTimedOut = Code(name: "receiveTimedOut")
        /// Two tasks receive from one socket at a time; only the first gets datagrams.
        public static let receiveInProgress = Code(name: "receiveInProgress")
        /// A datagram needs an address on a socket that is not connected, and must not have another
        /// than its peer's on one that is.
        public static let wrongAddress = Code(name: "wrongAddress")
        /// The name has no address.
        public static let unknownHost = Code(name: "unknownHost")

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

    static let closedHere = UDPError(.closed, "The socket was closed on this side.")
}
