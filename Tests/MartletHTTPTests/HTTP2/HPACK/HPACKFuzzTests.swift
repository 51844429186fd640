import Foundation
import HTTPTypes
import MartletHTTP
import NIOCore
import TestSupport
import Testing

@Suite("HPACK under fuzzing")
struct HPACKFuzzTests {
    /// Every run sees the same cases; `MARTLET_FUZZ_CASES` says how many.
    private static let seed: UInt64 = 0x4D41_5254_4C45_5432
    private static let cases = Fuzz.cases(2500)

    private static let names = [
        ":path", ":status", "date", "server", "cookie", "content-length", "x-a", "x-b",
        "x-a-long-name-that-nobody-knows", "content-type", "accept-encoding", "etag",
    ]
    private static let values = [
        "", "/", "200", "gzip, deflate", "307", "application/grpc", "~~~", "\u{1}\u{2}",
        "Mon, 21 Oct 2013 20:13:21 GMT", String(repeating: "v", count: 300),
    ]

    private func lines(_ random: inout SplitMix) -> [String] {
        (0..<Int.random(in: 1...12, using: &random)).map { _ in
            let name = Self.names.randomElement(using: &random) ?? ""
            let isKnown = Bool.random(using: &random)
            let known = Self.values.randomElement(using: &random) ?? ""
            return "\(name): \(isKnown ? known : String(random.next(), radix: 36))"
        }
    }

    @Test("what one end encodes the other decodes, whatever becomes of the table")
    func roundTrips() throws {
        var random = SplitMix(seed: Self.seed)
        let indexings: [HPACKIndexing?] = [nil, nil, .always, .not, .never, .whenRepeated]
        for _ in 0..<max(1, Self.cases / 100) {
            let encoder = EncodingPeer(usesHuffman: Bool.random(using: &random))
            let decoder = DecodingPeer()
            var allowed = 4096
            for _ in 0..<100 {
                if Int.random(in: 0..<8, using: &random) == 0 {
                    allowed = Int.random(in: 0...6000, using: &random)
                    decoder.limitTable(to: allowed)
                    encoder.limitTable(to: allowed)
                }
                let lines = lines(&random)
                let indexing = indexings.randomElement(using: &random) ?? nil
                #expect(try decoder.decode(encoder.encode(lines, indexing: indexing)) == lines)
                #expect(decoder.tableSize == encoder.tableSize)
                #expect(encoder.tableSize <= min(allowed, 4096))
            }
        }
    }

    /// A decoder that is allowed little, so that the cases reach its limits.
    private func smallDecoder() -> DecodingPeer {
        var limits = HPACKLimits()
        limits.listSize = 600
        limits.fieldCount = 8
        return DecodingPeer(tableSize: 128, limits: limits)
    }

    private func check(_ peer: DecodingPeer, _ block: ByteBuffer) {
        let fields = peer.fields
        #expect(peer.tableSize <= 128, "\(block.hex)")
        #expect(fields.slices.count <= 8, "\(block.hex)")
        // What is kept is within the limit, and within the bytes.
        let kept = fields.slices.reduce(0) { $0 + $1.nameRange.count + $1.valueRange.count + 32 }
        #expect(kept <= 600, "\(block.hex)")
        #expect(fields.isTooLarge == (fields.listSize != kept), "\(block.hex)")
        for slice in fields.slices {
            #expect(slice.valueRange.upperBound <= fields.bytes.readableBytes, "\(block.hex)")
        }
    }

    @Test("random bytes are refused, or decoded within the limits")
    func noise() {
        var random = SplitMix(seed: Self.seed &+ 1)
        var accepted = 0
        for _ in 0..<Self.cases {
            let peer = smallDecoder()
            for _ in 0..<4 {
                let count = Int.random(in: 1...24, using: &random)
                let bytes = (0..<count).map { _ in UInt8.random(in: 0...255, using: &random) }
                let block = ByteBuffer(bytes: bytes)
                guard (try? peer.decode(block)) != nil else { break }
                accepted += 1
                check(peer, block)
            }
        }
        // Else the cases say nothing.
        #expect(accepted > Self.cases / 100)
    }

    @Test("blocks with a mistake are refused, or decoded within the limits")
    func mutations() {
        var random = SplitMix(seed: Self.seed &+ 2)
        var accepted = 0
        var refused = 0
        for _ in 0..<Self.cases {
            let peer = smallDecoder()
            let encoder = EncodingPeer(tableSize: 128)
            for _ in 0..<4 {
                let indexing: HPACKIndexing? = Bool.random(using: &random) ? .always : nil
                var bytes = Array(
                    encoder.encode(lines(&random), indexing: indexing).readableBytesView
                )
                if Bool.random(using: &random) {
                    let at = Int.random(in: 0..<bytes.count, using: &random)
                    bytes[at] ^= 1 << UInt8.random(in: 0..<8, using: &random)
                }
                let block = ByteBuffer(bytes: bytes)
                guard (try? peer.decode(block)) != nil else {
                    refused += 1
                    break
                }
                accepted += 1
                check(peer, block)
            }
        }
        #expect(accepted > Self.cases / 10)
        #expect(refused > Self.cases / 10)
    }

    @Test("whatever is decoded is a head or malformed, and a head can be sent on")
    func heads() throws {
        var random = SplitMix(seed: Self.seed &+ 3)
        let parts = [
            ":method: GET", ":scheme: http", ":path: /a", ":authority: h", "host: h", "cookie: a",
            "cookie: b", "te: trailers", ":method: CONNECT", ":protocol: p", "A: b", "a: \r",
            "connection: close", "content-length: 4", ":status: 200", ":authority: h:1",
        ]
        var reader = HTTP2HeadReader()
        var accepted = 0
        for _ in 0..<Self.cases {
            // Mostly in an order that can be right.
            var lines = parts.filter { _ in Int.random(in: 0..<4, using: &random) == 0 }
            if Bool.random(using: &random) {
                lines = Array(parts[0..<4]) + lines.filter { !$0.hasPrefix(":") }
            }
            var fields = try HPACKFieldBlock(lines)
            guard let head = try? reader.readRequest(&fields) else { continue }
            accepted += 1
            let block = EncodingPeer().block { encoder, block in
                encoder.encodeRequest(
                    method: head.method,
                    scheme: head.scheme,
                    authority: head.authority,
                    target: head.target,
                    protocolName: head.protocolName,
                    into: &block
                )
                _ = encoder.encode(head.headers, into: &block)
                head.contentLength.map { encoder.encodeContentLength($0, into: &block) }
            }
            var sent = try DecodingPeer().take(block)
            let again = try reader.readRequest(&sent)
            #expect(again.target == head.target, "\(lines)")
            #expect(again.headers.map(\.value) == head.headers.map(\.value), "\(lines)")
        }
        #expect((Self.cases / 20..<Self.cases * 19 / 20).contains(accepted))
    }
}
