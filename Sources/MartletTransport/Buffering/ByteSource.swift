public import NIOCore

/// Where a ``BufferedReader`` gets its bytes from.
///
/// A stream conforms; so does any asynchronous sequence of buffers, by way of
/// ``SequenceByteSource``.
public protocol ByteSource {
    /// Waits for the next bytes.
    ///
    /// - Returns: Bytes in the order in which they arrived, or nil at the end of the input. An
    ///   empty buffer means nothing, and the caller asks again.
    /// - Throws: An I/O error, also when the peer is silent for too long; `CancellationError`.
    mutating func read() async throws -> ByteBuffer?

    /// Waits for the next bytes until `deadline`.
    ///
    /// The default does not look at the deadline and waits as ``read()`` does. A source that can
    /// give up in time should, so that a peer which stops in the middle of a frame is cut off then.
    ///
    /// - Parameter deadline: When to give up.
    /// - Returns: As ``read()``.
    /// - Throws: As ``read()``; an error of its own when the deadline has come.
    mutating func read(until deadline: ContinuousClock.Instant) async throws -> ByteBuffer?
}

extension ByteSource {
    /// Waits for the next bytes without regard to `deadline`.
    ///
    /// - Throws: As ``read()``.
    public mutating func read(
        until deadline: ContinuousClock.Instant
    ) async throws -> ByteBuffer? {
        try await read()
    }
}
