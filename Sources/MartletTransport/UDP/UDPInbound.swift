/// The datagrams that arrive at a socket.
///
/// The sequence ends when a server that shuts down has no more of them. It may be iterated again
/// after a `break`.
public struct UDPInbound: AsyncSequence, Sendable {
    /// One datagram.
    public typealias Element = Datagram
    /// What ``UDPSocket/receive()`` throws.
    public typealias Failure = any Error

    let socket: UDPSocket

    /// Receives from the socket.
    public func makeAsyncIterator() -> AsyncIterator {
        AsyncIterator(socket: socket)
    }

    /// Receives one datagram after the other.
    public struct AsyncIterator: AsyncIteratorProtocol {
        let socket: UDPSocket

        /// The next datagram.
        ///
        /// - Returns: What arrived; nil when the server shuts down.
        /// - Throws: What ``UDPSocket/receive()`` throws.
        public func next() async throws -> Datagram? {
            try await socket.receive()
        }

        /// The next datagram.
        ///
        /// - Parameter actor: Where the caller runs.
        /// - Returns: What arrived; nil when the server shuts down.
        /// - Throws: What ``UDPSocket/receive()`` throws.
        public func next(isolation actor: isolated (any Actor)?) async throws -> Datagram? {
            try await socket.receive()
        }
    }
}

@available(*, unavailable)
extension UDPInbound.AsyncIterator: Sendable {}
