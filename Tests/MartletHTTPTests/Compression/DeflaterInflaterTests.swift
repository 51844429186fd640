import MartletHTTP
import NIOCore
import TestSupport
import Testing

@Suite struct DeflaterInflaterTests {
    private func compress(_ pieces: [ByteBuffer], _ coding: ContentCoding) throws -> ByteBuffer {
        let deflater = try Deflater(coding)
        var output = ByteBuffer()
        for piece in pieces {
            deflater.compress(piece, flush: .none, into: &output)
        }
        deflater.compress(ByteBuffer(), flush: .finish, into: &output)
        return output
    }

    /// Feeds the bytes in pieces of `step` and returns what came out.
    private func decompress(
        _ bytes: ByteBuffer,
        _ coding: ContentCoding,
        step: Int = .max,
        limits: Inflater.Limits = Inflater.Limits()
    ) throws -> ByteBuffer {
        let inflater = Inflater(coding, limits: limits)
        var rest = bytes
        var output = ByteBuffer()
        while let piece = rest.readSlice(length: min(step, rest.readableBytes)),
            piece.readableBytes > 0
        {
            inflater.feed(piece)
            while let some = try inflater.next() {
                #expect(some.readableBytes > 0)
                #expect(some.readableBytes <= Inflater.pieceSize)
                output.writeImmutableBuffer(some)
            }
        }
        try inflater.finish()
        return output
    }

    private func code(_ body: () throws -> Void) -> CompressionError.Code? {
        #expect(throws: CompressionError.self) { try body() }?.code
    }

    private var text: ByteBuffer {
        ByteBuffer(string: String(repeating: "the quick brown fox ", count: 10_000))
    }

    @Test("what is compressed decompresses to itself, in pieces of any size")
    func roundTrip() throws {
        var random = SplitMix(seed: 99)
        for coding in ContentCoding.allCases {
            for length in [0, 1, 100, 70_000, 300_000] {
                let bytes = (0..<length).map { _ in UInt8.random(in: 0...20, using: &random) }
                let half = length / 2
                let compressed = try compress(
                    [ByteBuffer(bytes: bytes[..<half]), ByteBuffer(bytes: bytes[half...])],
                    coding
                )
                for step in [1, 7, 4_096, Int.max] where step > 1 || length < 1_000 {
                    let back = try decompress(compressed, coding, step: step)
                    #expect(back == ByteBuffer(bytes: bytes))
                }
            }
        }
    }

    @Test("a compressor whose window fits the content loses nothing", arguments: [1, 700, 40_000])
    func windows(_ length: Int) throws {
        let bytes = ByteBuffer(repeating: 7, count: length)
        for coding in ContentCoding.allCases {
            let deflater = try Deflater(coding, level: 9, window: .fitting(length))
            var output = ByteBuffer()
            deflater.compress(bytes, flush: .finish, into: &output)
            #expect(try decompress(output, coding) == bytes)
        }
    }

    @Test("after a sync flush everything so far can be read")
    func syncFlush() throws {
        let deflater = try Deflater(.gzip)
        let inflater = Inflater(.gzip)
        for event in ["data: 1\n\n", "data: 2\n\n"] {
            var output = ByteBuffer()
            deflater.compress(ByteBuffer(string: event), flush: .sync, into: &output)
            inflater.feed(output)
            #expect(try inflater.next().map { String(buffer: $0) } == event)
            #expect(try inflater.next() == nil)
        }
    }

    @Test("deflate without its zlib header is read too")
    func bareDeflate() throws {
        var zlib = try compress([ByteBuffer(string: "hello")], .deflate)
        zlib.moveReaderIndex(forwardBy: 2)
        let bare = zlib.getSlice(at: zlib.readerIndex, length: zlib.readableBytes - 4)
        #expect(String(buffer: try decompress(try #require(bare), .deflate, step: 1)) == "hello")
    }

    @Test("several members of gzip are one content")
    func members() throws {
        var both = try compress([ByteBuffer(string: "one ")], .gzip)
        both.writeImmutableBuffer(try compress([ByteBuffer(string: "two")], .gzip))
        #expect(String(buffer: try decompress(both, .gzip)) == "one two")
        #expect(String(buffer: try decompress(both, .gzip, step: 1)) == "one two")
    }

    @Test("content that ends too early is truncated, whatever is missing")
    func truncated() throws {
        for coding in ContentCoding.allCases {
            let compressed = try compress([ByteBuffer(string: "hello, hello, hello")], coding)
            for length in 1..<compressed.readableBytes {
                let part = try #require(compressed.getSlice(at: 0, length: length))
                #expect(code { _ = try decompress(part, coding) } == .truncated)
            }
        }
        #expect(try decompress(ByteBuffer(), .gzip).readableBytes == 0)
    }

    @Test("a wrong checksum, another format and bytes after the end are corrupt")
    func corrupt() throws {
        var gzip = try compress([ByteBuffer(string: "hello")], .gzip)
        var wrong = gzip
        wrong.setInteger(UInt8(0xFF), at: wrong.writerIndex - 6)
        #expect(code { _ = try decompress(wrong, .gzip) } == .corrupt)
        #expect(code { _ = try decompress(ByteBuffer(string: "hello"), .gzip) } == .corrupt)
        gzip.writeString("more")
        #expect(code { _ = try decompress(gzip, .gzip) } == .corrupt)
        var deflate = try compress([ByteBuffer(string: "hello")], .deflate)
        deflate.writeString("more")
        #expect(code { _ = try decompress(deflate, .deflate) } == .corrupt)
    }

    @Test("content longer than the size limit is refused, and content at the limit is not")
    func sizeLimit() throws {
        let compressed = try compress([text], .gzip)
        let length = text.readableBytes
        #expect(
            try decompress(compressed, .gzip, limits: .init(size: length)).readableBytes == length
        )
        let short = Inflater.Limits(size: length - 1)
        #expect(code { _ = try decompress(compressed, .gzip, limits: short) } == .tooLong)
    }

    @Test("a zip bomb is refused before it has grown far")
    func ratioLimit() throws {
        let bomb = try compress([ByteBuffer(repeating: 0, count: 20 << 20)], .gzip)
        let limits = Inflater.Limits(size: 1 << 30, ratio: 100)
        let inflater = Inflater(.gzip, limits: limits)
        inflater.feed(bomb)
        var produced = 0
        let error = #expect(throws: CompressionError.self) {
            while let piece = try inflater.next() { produced += piece.readableBytes }
        }
        #expect(error?.code == .tooDense)
        #expect(produced <= 20 << 20)
        #expect(
            try decompress(bomb, .gzip, limits: .init(size: 1 << 30, ratio: 1_100))
                .readableBytes == 20 << 20
        )
    }

    @Test("no damage to compressed bytes does worse than an error")
    func fuzz() throws {
        var random = SplitMix(seed: 20_261_123)
        let original = try compress([text], .gzip)
        for round in 0..<3_000 {
            var bytes = Array(original.readableBytesView)
            for _ in 0..<Int.random(in: 1...4, using: &random) {
                let index = Int.random(in: 0..<bytes.count, using: &random)
                bytes[index] = UInt8.random(in: .min ... .max, using: &random)
            }
            let coding = ContentCoding.allCases[round % 2]
            let step = Int.random(in: 1...bytes.count, using: &random)
            do {
                let back = try decompress(ByteBuffer(bytes: bytes), coding, step: step)
                #expect(back.readableBytes <= Inflater.Limits().size)
            } catch is CompressionError {
                continue
            }
        }
    }
}
