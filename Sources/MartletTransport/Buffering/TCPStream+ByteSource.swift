public import NIOCore

/// A stream can be read through a ``BufferedReader``.
extension TCPStream: ByteSource {
    /// Waits for what the peer sends next until `deadline`.
    ///
    /// Takes back what ``setReadDeadline(after:)`` has set: whoever reads through a
    /// ``BufferedReader`` leaves a message's time to ``BufferedReader/completionTimeout``.
    ///
    /// - Parameter deadline: When to give up, to the precision of the loop's timers.
    /// - Returns: As ``read()``.
    /// - Throws: As ``read()``; ``TCPError/Code/readTimedOut`` at the deadline.
    public func read(until deadline: ContinuousClock.Instant) async throws -> ByteBuffer? {
        setReadDeadline(after: max(.zero, deadline - ContinuousClock.now))
        defer { setReadDeadline(after: nil) }
        return try await read()
    }
}
