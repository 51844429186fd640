import MartletHTTP
import NIOCore
import Testing

/// Requirements of RFC 7541, to a server that gets header blocks.
@Suite("HTTP/2 conformance: header compression (RFC 7541)")
struct HPACKConformanceTests {
    /// `:method: GET`, `:scheme: http`, `:path: /`, `:authority: a`.
    private static let get = "828684" + "010161"

    /// What blocks on streams 1, 3, … are answered with; the last answer.
    private func answer(_ blocks: String...) throws -> String? {
        var last: String?
        try HTTP2Wire.run { (wire) throws in
            for (index, hex) in blocks.enumerated() {
                let answers = try wire.say(.block(UInt32(index * 2 + 1), hex: hex))
                last = answers.first { !$0.hasPrefix("DATA ") }
            }
        }
        return last
    }

    private static let failed = "GOAWAY 1 COMPRESSION_ERROR"

    @Test("§2.3.2: fields of one block are in the table of the next, on whatever stream")
    func table() throws {
        #expect(try answer(Self.get + "400178" + "0131", "828684be") == "HEADERS 3 200")
    }

    @Test("§2.3.3: an index beyond both tables cannot be decoded")
    func index() throws {
        #expect(try answer(Self.get + "be") == Self.failed)
        #expect(try answer(Self.get + "7e0131") == Self.failed)
    }

    @Test("§4.1, §4.4: a field larger than the table is taken, and empties the table")
    func large() throws {
        try HTTP2Wire.run { (wire) throws in
            let first = RawFrame.block(1, hex: Self.get + "4001780131")
            #expect(try wire.say(first).first == "HEADERS 1 200")
            // 4,065 bytes and 32 are more than 4,096.
            var large = RawFrame.block(3, hex: Self.get + "400179" + "7fe21e")
            large.payload += [UInt8](repeating: 0x61, count: 127 + 0x62 + 0x1e * 128)
            #expect(try wire.say(large).first == "HEADERS 3 200")
            let late = RawFrame.block(5, hex: Self.get + "be")
            #expect(try wire.say(late) == ["GOAWAY 5 COMPRESSION_ERROR"])
        }
    }

    @Test("§4.2: a size update comes first in a block, and nowhere else")
    func updatePlace() throws {
        #expect(try answer("20" + Self.get) == "HEADERS 1 200")
        #expect(try answer("203f01" + Self.get) == "HEADERS 1 200")
        #expect(try answer(Self.get + "20") == Self.failed)
    }

    @Test("§5.1: an integer that is too large cannot be decoded")
    func integer() throws {
        #expect(try answer("ffffffffffffffffffff7f") == Self.failed)
    }

    @Test("§5.2: a string that is longer than its block cannot be decoded")
    func length() throws {
        #expect(try answer(Self.get + "0001787f") == Self.failed)
    }

    @Test("§5.2: Huffman padding is less than eight ones, and EOS is not in a string")
    func huffman() throws {
        // 'a' is 00011, and then come ones.
        #expect(try answer(Self.get + "000178" + "811f") == "HEADERS 1 200")
        #expect(try answer(Self.get + "000178" + "8118") == Self.failed)
        #expect(try answer(Self.get + "000178" + "821fff") == Self.failed)
        #expect(try answer(Self.get + "000178" + "84ffffffff") == Self.failed)
    }

    @Test("§6.1: the index 0 cannot be decoded")
    func zero() throws {
        #expect(try answer("80") == Self.failed)
    }

    @Test("§6.2: a literal is taken in each of its forms, with its name written or not")
    func literals() throws {
        for pattern in ["40", "00", "10"] {
            #expect(try answer(Self.get + pattern + "0178" + "0131") == "HEADERS 1 200")
        }
        for pattern in ["53", "0f04", "1f04"] {
            #expect(try answer(Self.get + pattern + "0131") == "HEADERS 1 200")
        }
    }

    @Test("§6.2.2, §6.2.3: a literal that is not indexed is not in the table")
    func notIndexed() throws {
        #expect(try answer(Self.get + "00017801" + "31", Self.get + "be") != "HEADERS 3 200")
        #expect(try answer(Self.get + "10017801" + "31", Self.get + "be") != "HEADERS 3 200")
    }

    @Test("§6.3: a size update beyond SETTINGS_HEADER_TABLE_SIZE cannot be decoded")
    func updateSize() throws {
        #expect(try answer("3fe11f" + Self.get) == "HEADERS 1 200")
        #expect(try answer("3fe21f" + Self.get) == Self.failed)
    }
}
