import MartletHTTP
import NIOCore
import Testing

@Suite("The Huffman code")
struct HuffmanTests {
    @Test("every byte is what it was, alone, among others and in either place")
    func everyByte() throws {
        let encoder = EncodingPeer()
        let peer = DecodingPeer()
        for byte in UInt8.min...UInt8.max {
            let values: [[UInt8]] = [
                [byte], [0x65, byte], [byte, 0x65], [byte, byte, byte, byte, byte],
                Array("eeeeeeeeeeeeeeee".utf8) + [byte] + Array("eeeeeeeeeeeeeeee".utf8),
            ]
            for value in values {
                let block = encoder.block { encoder, block in
                    value.withUnsafeBytes { value in
                        Array("x".utf8).withUnsafeBytes {
                            encoder.encode($0, value, indexing: .not, into: &block)
                        }
                    }
                }
                let fields = try peer.take(block)
                let slice = try #require(fields.slices.first)
                #expect(fields.bytes.readableBytesView[slice.valueRange].elementsEqual(value))
            }
        }
    }

    /// One of each length that text has, and of the longest (RFC 7541 Appendix B).
    @Test(
        "codes are those of the appendix",
        arguments: [
            ("07", "0"), ("1f", "a"), ("53", " "), ("87", "A"), ("b9", ":"), ("f8", "&"),
            ("fe3f", "!"), ("ff7f", "+"), ("ff9f", "|"), ("ffaf", "#"), ("ffcf", "$"),
            ("ffef", "~"), ("fff9", "<"), ("fffe1f", "\\"), ("fffffff3", "\n"),
        ]
    )
    func codes(_ hex: String, _ text: String) throws {
        let block = "048" + String(hex.count / 2) + hex
        #expect(try DecodingPeer().decode(hex: block) == [":path: " + text])
    }

    @Test("a string is coded only where that is shorter")
    func onlyWhereShorter() {
        let plain = EncodingPeer(usesHuffman: false)
        let coded = EncodingPeer()
        for value in ["307", "{}{}", "~", ""] {
            #expect(
                coded.encode(["date: " + value], indexing: .not)
                    == plain.encode(["date: " + value], indexing: .not)
            )
        }
        #expect(
            coded.encode(["date: eeee"], indexing: .not).readableBytes
                < plain.encode(["date: eeee"], indexing: .not).readableBytes
        )
    }

    @Test("up to seven ones behind the last code are padding, and nothing else is")
    func padding() throws {
        // "e" is 00101, "a" 00011, "&" 11111000.
        #expect(try DecodingPeer().decode(hex: "04812f") == [":path: e"])
        #expect(try DecodingPeer().decode(hex: "048228c7") == [":path: eaa"])
        #expect(try DecodingPeer().decode(hex: "0481f8") == [":path: &"])
        #expect(try DecodingPeer().decode(hex: "0480") == [":path: "])
        for hex in ["048128", "04812e", "04822fff", "0481fe", "0482f8ff"] {
            #expect(throws: HPACKError.self, "\(hex)") { try DecodingPeer().decode(hex: hex) }
        }
    }

    @Test("the end of a string must not be in one")
    func endOfString() {
        // Thirty ones are its code; here "e" comes before it, and padding behind it.
        #expect(throws: HPACKError.self) { try DecodingPeer().decode(hex: "04842fffffff") }
        #expect(throws: HPACKError.self) { try DecodingPeer().decode(hex: "04852fffffffff") }
        #expect(throws: HPACKError.self) { try DecodingPeer().decode(hex: "0484fffffffc") }
    }
}
