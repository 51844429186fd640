import MartletHTTP
import NIOCore
import Testing

@Suite("The limits of header blocks")
struct HPACKLimitsTests {
    private func limits(listSize: Int = 32 * 1024, fieldCount: Int = 100) -> HPACKLimits {
        var limits = HPACKLimits()
        limits.listSize = listSize
        limits.fieldCount = fieldCount
        return limits
    }

    @Test("the defaults are those that are documented")
    func defaults() {
        #expect(HPACKLimits().listSize == 32 * 1024)
        #expect(HPACKLimits().fieldCount == 100)
    }

    @Test("the list's size counts names, values and 32 a field, and may be reached")
    func listSize() throws {
        let lines = [":method: GET", "a: 1"]
        let block = EncodingPeer().encode(lines)
        let exact = DecodingPeer(limits: limits(listSize: 42 + 34))
        #expect(try exact.decode(block) == lines)
        #expect(exact.fields.listSize == 76)
        #expect(!exact.fields.isTooLarge)
        let over = DecodingPeer(limits: limits(listSize: 75))
        #expect(try over.decode(block) == [":method: GET"])
        #expect(over.fields.isTooLarge)
        #expect(over.fields.listSize == 76)
    }

    @Test("the number of fields is limited, and may be reached")
    func fieldCount() throws {
        let peer = DecodingPeer(limits: limits(fieldCount: 3))
        #expect(try peer.decode(hex: "828282").count == 3)
        #expect(!peer.fields.isTooLarge)
        #expect(try peer.decode(hex: "82828282").count == 3)
        #expect(peer.fields.isTooLarge)
    }

    @Test("after a block that is too large the table is still the peer's")
    func tableGoesOn() throws {
        let peer = DecodingPeer(limits: limits(listSize: 40))
        let encoder = EncodingPeer()
        try peer.decode(encoder.encode(["x-a: 1", "x-b: 2", "x-c: 3"], indexing: .always))
        #expect(peer.fields.isTooLarge)
        #expect(peer.tableSize == encoder.tableSize)
        // By its index alone, and by that of its name.
        #expect(try peer.decode(hex: "be") == ["x-c: 3"])
        #expect(!peer.fields.isTooLarge)
        #expect(try peer.decode(hex: "0f31 0134") == ["x-a: 4"])
    }

    @Test("an entry that is referred to a thousand times takes no memory")
    func bomb() throws {
        let peer = DecodingPeer()
        // A name of one byte and a value of 4,000, then nothing but their index.
        var block = ByteBuffer(hex: "400178 7fa11e")
        block.writeBytes([UInt8](repeating: 0x76, count: 4000))
        block.writeBytes([UInt8](repeating: 0xBE, count: 16_000))
        try peer.decode(block)
        #expect(peer.fields.isTooLarge)
        #expect(peer.fields.listSize == 16_001 * 4033)
        #expect(peer.fields.slices.count == 8)
        #expect(peer.fields.bytes.readableBytes <= 32 * 1024)
        #expect(peer.fields.bytes.capacity <= 64 * 1024)
        // The same with a name that is referred to.
        block = ByteBuffer(hex: "40 7fa11e")
        block.writeBytes([UInt8](repeating: 0x6E, count: 4000))
        block.writeBytes([0x01, 0x76])
        for _ in 0..<8000 { block.writeBytes([0x0F, 0x2F, 0x00]) }
        let other = DecodingPeer()
        try other.decode(block)
        #expect(other.fields.isTooLarge)
        #expect(other.fields.bytes.capacity <= 64 * 1024)
    }

    @Test("a block that nobody holds lends its memory to the next, but not much")
    func memory() throws {
        var decoder = HPACKDecoder()
        var fields = HPACKFieldBlock()
        try decoder.decode(EncodingPeer().encode(["a: 1"]), into: &fields)
        let address = fields.bytes.withUnsafeReadableBytes { $0.baseAddress }
        fields.release()
        try decoder.decode(EncodingPeer().encode(["b: 1"]), into: &fields)
        #expect(fields.bytes.withUnsafeReadableBytes { $0.baseAddress } == address)
        let large = "a: " + String(repeating: "v", count: 2000)
        try decoder.decode(EncodingPeer().encode([large]), into: &fields)
        #expect(fields.bytes.capacity > 1024)
        fields.release()
        #expect(fields.bytes.capacity == 0)
    }
}
