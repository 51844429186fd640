public import NIOCore

/// An asynchronous sequence of buffers as the source of a ``BufferedReader``.
public struct SequenceByteSource<Base: AsyncSequence>: ByteSource
where Base.Element == ByteBuffer {
    private var iterator: Base.AsyncIterator

    /// Makes a source of a sequence, whose iteration begins here.
    public init(_ base: Base) {
        iterator = base.makeAsyncIterator()
    }

    /// Waits for the sequence's next element.
    ///
    /// - Throws: What the sequence throws.
    public mutating func read() async throws -> ByteBuffer? {
        try await iterator.next(isolation: #isolation)
    }
}

@available(*, unavailable)
extension SequenceByteSource: Sendable {}
