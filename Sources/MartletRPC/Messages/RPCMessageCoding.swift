import NIOCore

/// How the messages of a call are written and read at one end: compressed or not, and how long.
struct RPCMessageCoding: Sendable {
    /// The most bytes of a message that arrives.
    var maximumSize: Int
    /// The least bytes that are worth compressing.
    var compressionThreshold: Int
    /// How messages that arrive are compressed, those that are.
    var incoming: RPCCompression?
    /// How messages are compressed that leave.
    var outgoing: RPCCompression?

    init(maximumSize: Int, compressionThreshold: Int) {
        self.maximumSize = maximumSize
        self.compressionThreshold = compressionThreshold
    }

    /// The message in a frame.
    ///
    /// - Throws: ``RPCError`` when it cannot be decompressed or decoded.
    func decode<Message>(
        _ frame: RPCFrame,
        _ codec: RPCCodec<Message>
    ) throws(RPCError) -> Message {
        var content = frame.content
        if frame.isCompressed {
            guard let incoming else {
                throw RPCError(.internal, "A message is compressed, and grpc-encoding is identity.")
            }
            content = try incoming.decompress(content, upTo: maximumSize)
        }
        do {
            return try codec.decode(content)
        } catch {
            throw RPCError(.internal, "A message that arrived could not be decoded.", cause: error)
        }
    }

    /// A message with its frame's header.
    ///
    /// - Throws: ``RPCError`` when it cannot be encoded.
    func encode<Message>(
        _ message: Message,
        _ codec: RPCCodec<Message>
    ) throws(RPCError) -> ByteBuffer {
        var bytes: ByteBuffer
        do {
            bytes = try codec.encode(message, RPCFrame.headerSize)
        } catch {
            throw RPCError(.internal, "A message to send could not be encoded.", cause: error)
        }
        var count = bytes.readableBytes - RPCFrame.headerSize
        var flag: UInt8 = 0
        if let outgoing, count >= compressionThreshold {
            var content = bytes
            content.moveReaderIndex(forwardBy: RPCFrame.headerSize)
            let compressed = try outgoing.compress(content)
            if compressed.readableBytes < count {
                flag = 1
                count = compressed.readableBytes
                bytes.clear(minimumCapacity: RPCFrame.headerSize + count)
                bytes.writeRepeatingByte(0, count: RPCFrame.headerSize)
                bytes.writeImmutableBuffer(compressed)
            }
        }
        guard let size = UInt32(exactly: count) else {
            throw RPCError(.internal, "A message to send is longer than its frame can say.")
        }
        bytes.setInteger(flag, at: bytes.readerIndex)
        bytes.setInteger(size, at: bytes.readerIndex + 1)
        return bytes
    }
}
