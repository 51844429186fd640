package import NIOCore

/// Cuts a stream of bytes into messages; does no I/O.
///
/// Give it what arrives with ``feed(_:)`` and take messages with ``next()`` until that is nil. A
/// message that came in one piece is a slice of that piece; one that came in several is copied
/// once, into a buffer that is made no larger than what has come of it, doubled.
package struct RPCFrameReader: Sendable {
    private let maximumSize: Int
    private var pending = ByteBuffer()

    /// Makes a reader.
    ///
    /// - Parameter maximumSize: The most bytes of a message, as they are on the wire.
    package init(maximumSize: Int) {
        self.maximumSize = maximumSize
    }

    /// Whether bytes of a message that has not come whole are left.
    package var isWithinFrame: Bool { pending.readableBytes > 0 }

    /// Adds bytes that arrived.
    package mutating func feed(_ bytes: ByteBuffer) {
        if pending.readableBytes == 0 {
            pending = bytes
        } else {
            pending.discardReadBytes()
            pending.writeImmutableBuffer(bytes)
        }
    }

    /// The next message; nil when more bytes are needed.
    ///
    /// - Throws: ``RPCError``: RESOURCE_EXHAUSTED for a message above the limit, as soon as its
    ///   length is known, and INTERNAL for a flag that is neither 0 nor 1.
    package mutating func next() throws(RPCError) -> RPCFrame? {
        guard
            let flag = pending.getInteger(at: pending.readerIndex, as: UInt8.self),
            let size = pending.getInteger(at: pending.readerIndex + 1, as: UInt32.self)
        else { return nil }
        guard flag <= 1 else {
            throw RPCError(.internal, "A message has the flag \(flag), which is neither 0 nor 1.")
        }
        guard Int(size) <= maximumSize else {
            throw RPCError(
                .resourceExhausted,
                "A message has \(size) bytes; the limit is \(maximumSize)."
            )
        }
        var rest = pending
        rest.moveReaderIndex(forwardBy: RPCFrame.headerSize)
        guard let content = rest.readSlice(length: Int(size)) else { return nil }
        pending = rest.readableBytes == 0 ? ByteBuffer() : rest
        return RPCFrame(isCompressed: flag == 1, content: content)
    }

    /// Says that nothing more comes.
    ///
    /// - Throws: ``RPCError`` with INTERNAL when it ends within a message.
    package func finish() throws(RPCError) {
        guard !isWithinFrame else {
            throw RPCError(.internal, "The call's content ends within a message.")
        }
    }
}
