public import NIOCore

/// What a stream's peer sends, as buffers in the sizes in which they arrived.
///
/// The sequence ends when the peer has finished writing. It may be iterated again after a `break`:
/// it goes on where reading stopped.
public struct TCPInbound: AsyncSequence, Sendable {
    /// A piece of what the peer sent; never empty.
    public typealias Element = ByteBuffer
    /// What ``TCPStream/read()`` throws.
    public typealias Failure = any Error

    let stream: TCPStream

    /// Reads from the stream.
    public func makeAsyncIterator() -> AsyncIterator {
        AsyncIterator(stream: stream)
    }

    /// Reads one piece after the other.
    public struct AsyncIterator: AsyncIteratorProtocol {
        let stream: TCPStream

        /// The next piece.
        ///
        /// - Returns: What arrived; nil when the peer has finished writing.
        /// - Throws: What ``TCPStream/read()`` throws.
        public func next() async throws -> ByteBuffer? {
            try await stream.read()
        }

        /// The next piece.
        ///
        /// - Parameter actor: Where the caller runs.
        /// - Returns: What arrived; nil when the peer has finished writing.
        /// - Throws: What ``TCPStream/read()`` throws.
        public func next(
            isolation actor: isolated (any Actor)?
        ) async throws -> ByteBuffer? {
            // As `read()`, and not by calling it: every idle connection holds this frame.
            switch try stream.readNow() {
            case .bytes(let bytes): return bytes
            case .end: return nil
            case .elsewhere: return try await stream.readFromElsewhere()
            case .nothing: break
            }
            // Sound because a reader is resumed exactly once; see `TCPStream.Reader`.
            return try await withUnsafeThrowingContinuation { continuation in
                stream.wait(TCPStream.Reader(continuation: continuation, wait: nil))
            }
        }
    }
}

@available(*, unavailable)
extension TCPInbound.AsyncIterator: Sendable {}
