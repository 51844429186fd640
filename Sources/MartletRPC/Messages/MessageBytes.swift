import NIOCore
import SwiftProtobuf

/// A `ByteBuffer` as SwiftProtobuf reads and writes it: a message is written behind room for its
/// frame's header, so that it is not copied again.
struct MessageBytes: SwiftProtobufContiguousBytes {
    /// The message, and before its reader index nothing or room for a header.
    private var bytes: ByteBuffer

    /// A message that is to be read.
    init(bytes: ByteBuffer) {
        self.bytes = bytes
    }

    init(repeating byte: UInt8, count: Int) {
        bytes = ByteBuffer()
        bytes.reserveCapacity(RPCFrame.headerSize + count)
        bytes.writeRepeatingByte(0, count: RPCFrame.headerSize)
        bytes.writeRepeatingByte(byte, count: count)
        bytes.moveReaderIndex(forwardBy: RPCFrame.headerSize)
    }

    init<Bytes: Sequence>(_ sequence: Bytes) where Bytes.Element == UInt8 {
        bytes = ByteBuffer()
        bytes.writeRepeatingByte(0, count: RPCFrame.headerSize)
        bytes.writeBytes(sequence)
        bytes.moveReaderIndex(forwardBy: RPCFrame.headerSize)
    }

    var count: Int { bytes.readableBytes }

    /// The message.
    var content: ByteBuffer { bytes }

    /// The message behind the room for its header.
    var framed: ByteBuffer {
        var framed = bytes
        framed.moveReaderIndex(to: 0)
        return framed
    }

    func withUnsafeBytes<Result>(
        _ body: (UnsafeRawBufferPointer) throws -> Result
    ) rethrows -> Result {
        try bytes.withUnsafeReadableBytes(body)
    }

    mutating func withUnsafeMutableBytes<Result>(
        _ body: (UnsafeMutableRawBufferPointer) throws -> Result
    ) rethrows -> Result {
        try bytes.withUnsafeMutableReadableBytes(body)
    }
}
