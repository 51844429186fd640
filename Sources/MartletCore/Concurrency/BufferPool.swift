public import NIOCore
import Synchronization

/// Buffers that are used again instead of being allocated anew.
///
/// Worth its lock where a large buffer is filled and emptied often, and nowhere else: measure
/// first. A buffer whose bytes someone else still refers to (a slice of it, a copy) is not used
/// again, so that nothing that was handed out ever changes; nor is one that has grown beyond
/// ``maximumBufferSize``.
///
/// ```swift
/// let pool = BufferPool()
/// try await pool.withBuffer { buffer in
///     try encode(message, into: &buffer)
///     try await file.write(buffer.readableBytesView)
/// }
/// ```
public final class BufferPool: Sendable {
    /// How many buffers are kept.
    public let capacity: Int

    /// How many bytes a new buffer has room for.
    public let bufferSize: Int

    /// The room of the largest buffer that is kept.
    public let maximumBufferSize: Int

    private let buffers = Mutex<[ByteBuffer]>([])

    /// Makes an empty pool.
    ///
    /// - Parameters:
    ///   - capacity: How many buffers are kept; 64 unless you say otherwise.
    ///   - bufferSize: How many bytes a new buffer has room for; 16 KiB unless you say otherwise.
    ///   - maximumBufferSize: The room of the largest buffer that is kept; 64 KiB unless you say
    ///     otherwise, so that a pool holds 4 MiB at most.
    public init(capacity: Int = 64, bufferSize: Int = 16_384, maximumBufferSize: Int = 65_536) {
        precondition(capacity > 0, "a pool that keeps nothing is no pool")
        precondition(bufferSize > 0, "a buffer without room needs no pool")
        precondition(maximumBufferSize >= bufferSize, "no buffer would be small enough to keep")
        self.capacity = capacity
        self.bufferSize = bufferSize
        self.maximumBufferSize = maximumBufferSize
    }

    /// How many buffers lie ready.
    public var count: Int { buffers.withLock { $0.count } }

    /// Runs `body` with an empty buffer, which goes back however `body` ends.
    ///
    /// - Parameter body: What to do with the buffer; what it keeps of it stays as it is.
    /// - Returns: What `body` returns.
    /// - Throws: What `body` throws.
    public func withBuffer<Result, Failure: Error>(
        _ body: (inout ByteBuffer) async throws(Failure) -> Result
    ) async throws(Failure) -> Result {
        var buffer = take()
        defer { give(&buffer) }
        return try await body(&buffer)
    }

    /// Runs `body`, which does not wait, with an empty buffer, which goes back however it ends.
    ///
    /// - Parameter body: What to do with the buffer; what it keeps of it stays as it is.
    /// - Returns: What `body` returns.
    /// - Throws: What `body` throws.
    public func withBufferNow<Result, Failure: Error>(
        _ body: (inout ByteBuffer) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        var buffer = take()
        defer { give(&buffer) }
        return try body(&buffer)
    }

    private func take() -> ByteBuffer {
        buffers.withLock { $0.popLast() } ?? ByteBufferAllocator().buffer(capacity: bufferSize)
    }

    private func give(_ buffer: inout ByteBuffer) {
        let isAlone = buffer.modifyIfUniquelyOwned { $0.clear() } != nil
        guard isAlone, buffer.capacity <= maximumBufferSize else { return }
        buffers.withLock { buffers in
            guard buffers.count < capacity else { return }
            buffers.append(buffer)
        }
        // Else the pool's buffer had two owners.
        buffer = ByteBuffer()
    }
}
