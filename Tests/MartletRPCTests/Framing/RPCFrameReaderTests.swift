import NIOCore
import Testing

@testable import MartletRPC

@Suite("RPC frames")
struct RPCFrameReaderTests {
    private static func bytes(of frames: [RPCFrame]) -> ByteBuffer {
        var bytes = ByteBuffer()
        for frame in frames {
            bytes.writeInteger(frame.isCompressed ? 1 : 0, as: UInt8.self)
            bytes.writeInteger(UInt32(frame.content.readableBytes))
            bytes.writeImmutableBuffer(frame.content)
        }
        return bytes
    }

    private let frames = [
        RPCFrame(content: ByteBuffer(string: "first")), RPCFrame(content: ByteBuffer()),
        RPCFrame(isCompressed: true, content: ByteBuffer(repeating: 7, count: 40)),
    ]

    @Test("messages are found however their bytes are cut")
    func cuts() throws {
        let all = Self.bytes(of: frames)
        for size in 1...all.readableBytes {
            var reader = RPCFrameReader(maximumSize: 40)
            var rest = all
            var found: [RPCFrame] = []
            while let piece = rest.readSlice(length: min(size, rest.readableBytes)),
                piece.readableBytes > 0
            {
                reader.feed(piece)
                while let frame = try reader.next() { found.append(frame) }
            }
            try reader.finish()
            #expect(found == frames, "in pieces of \(size)")
        }
    }

    @Test("a message that came whole is not copied")
    func slices() throws {
        let all = Self.bytes(of: frames)
        var reader = RPCFrameReader(maximumSize: 40)
        reader.feed(all)
        let frame = try #require(try reader.next())
        let (own, source) = (Self.address(of: frame.content), Self.address(of: all))
        #expect(own == source + UInt(RPCFrame.headerSize))
    }

    private static func address(of bytes: ByteBuffer) -> UInt {
        bytes.withUnsafeReadableBytes { UInt(bitPattern: $0.baseAddress) }
    }

    @Test("a message above the limit is refused once its length is known, and the limit named")
    func limit() throws {
        var reader = RPCFrameReader(maximumSize: 10)
        reader.feed(ByteBuffer(bytes: [0, 0, 0, 0]))
        #expect(try reader.next() == nil)
        reader.feed(ByteBuffer(bytes: [11]))
        let error = #expect(throws: RPCError.self) { try reader.next() }
        #expect(error?.status.code == .resourceExhausted)
        #expect(error?.status.message == "A message has 11 bytes; the limit is 10.")
        var exact = RPCFrameReader(maximumSize: 10)
        exact.feed(Self.bytes(of: [RPCFrame(content: ByteBuffer(repeating: 7, count: 10))]))
        #expect(try exact.next()?.content.readableBytes == 10)
    }

    @Test("a strange flag and an end within a message are errors")
    func malformed() {
        var flagged = RPCFrameReader(maximumSize: 10)
        flagged.feed(ByteBuffer(bytes: [2, 0, 0, 0, 0]))
        let flag = #expect(throws: RPCError.self) { try flagged.next() }
        #expect(flag?.status.code == .internal)
        var cut = RPCFrameReader(maximumSize: 10)
        cut.feed(ByteBuffer(bytes: [0, 0, 0]))
        let end = #expect(throws: RPCError.self) { try cut.finish() }
        #expect(end?.status.code == .internal)
    }
}
