import MartletTransport
import NIOCore
import Testing

@Suite("Length-prefix framing")
struct LengthPrefixFramingTests {
    @Test(
        "a length stands before its frame in the width and order that were asked for",
        arguments: [
            (LengthPrefixFraming.Width.one, LengthPrefixFraming.ByteOrder.bigEndian, [2]),
            (.one, .littleEndian, [2]),
            (.two, .bigEndian, [0, 2]),
            (.two, .littleEndian, [2, 0]),
            (.four, .bigEndian, [0, 0, 0, 2]),
            (.four, .littleEndian, [2, 0, 0, 0]),
            (.eight, .bigEndian, [0, 0, 0, 0, 0, 0, 0, 2]),
            (.eight, .littleEndian, [2, 0, 0, 0, 0, 0, 0, 0]),
        ] as [(LengthPrefixFraming.Width, LengthPrefixFraming.ByteOrder, [UInt8])]
    )
    func widths(
        width: LengthPrefixFraming.Width,
        order: LengthPrefixFraming.ByteOrder,
        prefix: [UInt8]
    ) throws {
        let framing = LengthPrefixFraming(width: width, byteOrder: order)
        let bytes = try framing.bytes(["hi", ""])
        #expect(bytes.starts(with: prefix + Array("hi".utf8)))
        #expect(DecodedFrames([bytes], with: framing).texts == ["hi", ""])
    }

    @Test("a length that counts itself is larger by its own bytes", arguments: [1, 2, 4, 8])
    func countsItself(width: Int) throws {
        let framing = LengthPrefixFraming(
            width: try #require(LengthPrefixFraming.Width(rawValue: width)),
            countsItself: true
        )
        let bytes = try framing.bytes(["abc"])
        #expect(bytes[width - 1] == UInt8(3 + width))
        #expect(DecodedFrames([bytes], with: framing).texts == ["abc"])
        let tooShort = [UInt8](repeating: 0, count: width - 1) + [UInt8(width - 1)]
        #expect(DecodedFrames([tooShort], with: framing).refusal == .malformed)
    }

    @Test("a length over the limit is refused before any byte of its frame has come")
    func limit() throws {
        let framing = LengthPrefixFraming(width: .two, maximumFrameSize: 300)
        #expect(DecodedFrames([[1]], with: framing, ends: false).refusal == nil)
        #expect(DecodedFrames([[1, 44]], with: framing, ends: false).refusal == nil)
        #expect(DecodedFrames([[1, 45]], with: framing, ends: false).refusal == .tooLarge)
        let error = #expect(throws: FramingError.self) {
            try framing.bytes([String(repeating: "x", count: 301)])
        }
        #expect(error?.code == .tooLarge)
        #expect(framing.maximumEncodedSize == 302)
    }

    @Test("a length of 64 bits is refused and does not overflow", arguments: [false, true])
    func hugeLength(countsItself: Bool) {
        let framing = LengthPrefixFraming(width: .eight, countsItself: countsItself)
        let bytes = [UInt8](repeating: 0xFF, count: 8)
        #expect(DecodedFrames([bytes], with: framing, ends: false).refusal == .tooLarge)
    }

    @Test("the limit is 64 KiB unless another is given")
    func standardLimit() {
        let framing = LengthPrefixFraming()
        #expect(framing.maximumFrameSize == 65_536)
        let over: [UInt8] = [0, 1, 0, 1]
        let just: [UInt8] = [0, 1, 0, 0]
        #expect(DecodedFrames([over], with: framing, ends: false).refusal == .tooLarge)
        #expect(DecodedFrames([just], with: framing, ends: false).refusal == nil)
    }

    @Test("what a length cannot express is not sent, and nothing of it is written")
    func inexpressible() throws {
        let framing = LengthPrefixFraming(width: .one, maximumFrameSize: 1_000)
        var output = ByteBuffer()
        let largest = ByteBuffer(repeating: 1, count: 255)
        try framing.encode(largest, into: &output)
        #expect(output.readableBytes == 256)
        let error = #expect(throws: FramingError.self) {
            try framing.encode(ByteBuffer(repeating: 1, count: 256), into: &output)
        }
        #expect(error?.code == .tooLarge)
        #expect(output.readableBytes == 256)
    }

    @Test("input that ends within a frame says how many bytes were left")
    func unfinished() throws {
        var framing = LengthPrefixFraming(width: .two)
        var input = ByteBuffer(bytes: [0, 9, 1, 2, 3])
        #expect(try framing.decode(from: &input) == nil)
        let error = #expect(throws: FramingError.self) { try framing.decodeLast(from: &input) }
        #expect(error?.code == .unfinished)
        #expect(error?.message.contains("5 bytes") == true)
    }

    @Test("a frame is a slice of the input and no copy")
    func slices() throws {
        var framing = LengthPrefixFraming(width: .two)
        var input = ByteBuffer(bytes: [0, 3, 1, 2, 3])
        let start = input.address
        let frame = try #require(try framing.decode(from: &input))
        #expect(frame.address == start + 2)
    }
}
