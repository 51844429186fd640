import MartletHTTP
import NIOCore
import Testing

@Suite("Decoding header blocks")
struct HPACKDecoderTests {
    @Test(
        "what cannot be decoded is refused with what is wrong with it",
        arguments: [
            ("80", "No field has the index 0."),
            ("be", "There is no field with the index 62."),
            ("ff00", "There is no field with the index 127."),
            ("7f0001", "There is no field with the index 63."),
            ("0f3f00", "There is no field with the index 78."),
            ("ff", "The header block ends within a field."),
            ("40", "The header block ends within a field."),
            ("4001 61", "The header block ends within a field."),
            ("4002 61", "A string is longer than the rest of the header block."),
            ("04ff", "The header block ends within a field."),
            ("04 7f80808001", "A string is longer than the rest of the header block."),
            ("ff8080808001", "An integer is too large."),
            ("ff8080808000", "An integer is too large."),
            ("ffffffffffffffffffff01", "An integer is too large."),
            ("3fe21f", "A size update is over the size that was agreed on."),
            ("8220", "A size update is not at the beginning of a header block."),
            ("048100", "A string is not Huffman-coded right."),
            ("0481ff", "A string is not Huffman-coded right."),
            ("0482f8ff", "A string is not Huffman-coded right."),
            ("0484ffffffff", "A string is not Huffman-coded right."),
        ]
    )
    func malformed(_ hex: String, _ reason: String) {
        #expect(throws: HPACKError(reason)) { try DecodingPeer().decode(hex: hex) }
    }

    @Test("integers may have zeros behind them")
    func paddedInteger() throws {
        #expect(try DecodingPeer().decode(hex: "0f808000 0161") == ["accept-charset: a"])
    }

    @Test("a size update evicts what came first, and 0 evicts all")
    func sizeUpdateEvicts() throws {
        let peer = DecodingPeer()
        try peer.decode(hex: "4001610131 4001620132")
        #expect(peer.tableSize == 68)
        #expect(try peer.decode(hex: "3f0f be") == ["b: 2"])
        #expect(peer.tableSize == 34)
        #expect(throws: HPACKError.self) { try peer.decode(hex: "bf") }
        let emptied = DecodingPeer()
        try emptied.decode(hex: "4001610131 4001620132")
        try emptied.decode(hex: "20 3fe11f")
        #expect(emptied.tableSize == 0)
        #expect(throws: HPACKError.self) { try emptied.decode(hex: "be") }
    }

    @Test("a reduction of the table must be followed by a size update that is small enough")
    func owedSizeUpdate() throws {
        let forgetful = DecodingPeer()
        forgetful.limitTable(to: 100)
        #expect(throws: HPACKError.self) { try forgetful.decode(hex: "82") }
        let greedy = DecodingPeer()
        greedy.limitTable(to: 100)
        greedy.limitTable(to: 4096)
        #expect(throws: HPACKError.self) { try greedy.decode(hex: "3fe11f82") }
        let exact = DecodingPeer()
        exact.limitTable(to: 100)
        exact.limitTable(to: 4096)
        #expect(try exact.decode(hex: "3f45 3fe11f 82") == [":method: GET"])
        #expect(try exact.decode(hex: "82") == [":method: GET"])
        let larger = DecodingPeer()
        larger.limitTable(to: 8192)
        #expect(try larger.decode(hex: "82") == [":method: GET"])
        #expect(try larger.decode(hex: "3fe13f 82") == [":method: GET"])
    }

    @Test("a field that is larger than the table empties it, and is there all the same")
    func tooLargeForTable() throws {
        let peer = DecodingPeer(tableSize: 64)
        try peer.decode(hex: "4001610131")
        #expect(peer.tableSize == 34)
        let value = String(repeating: "62", count: 40)
        #expect(try peer.decode(hex: "400161 28" + value).first?.count == 43)
        #expect(peer.tableSize == 0)
    }

    @Test("a field may have the name of the entry that it drives out")
    func nameOfTheEvicted() throws {
        let peer = DecodingPeer(tableSize: 40)
        try peer.decode(hex: "4004 61626364 0131")
        #expect(try peer.decode(hex: "7e 0132") == ["abcd: 2"])
        #expect(try peer.decode(hex: "be") == ["abcd: 2"])
    }

    @Test("entries keep their bytes while thousands come and go")
    func longLife() throws {
        let peer = DecodingPeer(tableSize: 200)
        let encoder = EncodingPeer(tableSize: 200)
        for number in 0..<3000 {
            let value = String(repeating: "v", count: number % 90)
            let lines = ["x-\(number % 7): \(number) \(value)", "constant: a", "constant: a"]
            #expect(try peer.decode(encoder.encode(lines, indexing: .always)) == lines)
            #expect(peer.tableSize == encoder.tableSize)
            #expect(peer.tableSize <= 200)
        }
    }

    @Test("what a block holds stays as it is when the next is decoded")
    func blocksAreValues() throws {
        var decoder = HPACKDecoder()
        var fields = HPACKFieldBlock()
        try decoder.decode(ByteBuffer(hex: "4001610131"), into: &fields)
        let first = fields
        try decoder.decode(ByteBuffer(hex: "4001620132"), into: &fields)
        #expect(first.lines == ["a: 1"])
        #expect(fields.lines == ["b: 2"])
    }
}
