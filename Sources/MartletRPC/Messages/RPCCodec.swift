public import NIOCore
public import SwiftProtobuf

/// How messages of one type become bytes, and bytes messages.
public struct RPCCodec<Message: Sendable>: Sendable {
    package let decode: @Sendable (ByteBuffer) throws -> Message
    package let encode: @Sendable (Message, _ prefix: Int) throws -> ByteBuffer

    /// Makes a codec.
    ///
    /// - Parameters:
    ///   - decode: Reads a message from all of a buffer; may keep slices of it.
    ///   - encode: Makes the bytes of a message.
    public init(
        decode: @escaping @Sendable (ByteBuffer) throws -> Message,
        encode: @escaping @Sendable (Message) throws -> ByteBuffer
    ) {
        self.decode = decode
        self.encode = { message, prefix in
            let content = try encode(message)
            var bytes = ByteBuffer()
            bytes.reserveCapacity(prefix + content.readableBytes)
            bytes.writeRepeatingByte(0, count: prefix)
            bytes.writeImmutableBuffer(content)
            return bytes
        }
    }

    /// Makes a codec that leaves room before a message's bytes.
    init(
        decode: @escaping @Sendable (ByteBuffer) throws -> Message,
        prefixed: @escaping @Sendable (Message, _ prefix: Int) throws -> ByteBuffer
    ) {
        self.decode = decode
        encode = prefixed
    }
}

extension RPCCodec where Message: SwiftProtobuf.Message {
    /// The binary format of Protocol Buffers.
    public static var protobuf: RPCCodec {
        RPCCodec(
            decode: { bytes in
                try Message(serializedBytes: MessageBytes(bytes: bytes))
            },
            prefixed: { message, _ in
                let bytes: MessageBytes = try message.serializedBytes()
                return bytes.framed
            }
        )
    }
}

extension RPCCodec where Message == ByteBuffer {
    /// Bytes as they are, for whoever reads them elsewhere.
    public static var bytes: RPCCodec {
        RPCCodec(decode: { $0 }, encode: { $0 })
    }
}
