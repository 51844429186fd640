import MartletHTTP
import NIOCore
import Testing

/// The examples of RFC 7541 Appendix C.
@Suite("HPACK's published vectors")
struct HPACKVectorTests {
    struct Example: Sendable, CustomTestStringConvertible {
        var section: String
        var tableSize = 4096
        var usesHuffman: Bool
        /// What the encoder says in front, when its table is not as large as it begins.
        var prefix = ""
        var blocks: [(hex: String, lines: [String], tableSize: Int)]

        var testDescription: String { section }
    }

    private static let requests = [
        [":method: GET", ":scheme: http", ":path: /", ":authority: www.example.com"],
        [
            ":method: GET", ":scheme: http", ":path: /", ":authority: www.example.com",
            "cache-control: no-cache",
        ],
        [
            ":method: GET", ":scheme: https", ":path: /index.html",
            ":authority: www.example.com", "custom-key: custom-value",
        ],
    ]
    private static let responses = [
        [
            ":status: 302", "cache-control: private", "date: Mon, 21 Oct 2013 20:13:21 GMT",
            "location: https://www.example.com",
        ],
        [
            ":status: 307", "cache-control: private", "date: Mon, 21 Oct 2013 20:13:21 GMT",
            "location: https://www.example.com",
        ],
        [
            ":status: 200", "cache-control: private", "date: Mon, 21 Oct 2013 20:13:22 GMT",
            "location: https://www.example.com", "content-encoding: gzip",
            "set-cookie: foo=ASDJKHQKBZXOQWEOPIUAXQWEOIU; max-age=3600; version=1",
        ],
    ]

    static let examples = [
        Example(
            section: "C.3",
            usesHuffman: false,
            blocks: [
                ("82868441 0f777777 2e657861 6d706c65 2e636f6d", requests[0], 57),
                ("828684be 58086e6f 2d636163 6865", requests[1], 110),
                (
                    "828785bf 400a6375 73746f6d 2d6b6579 0c637573 746f6d2d 76616c75 65",
                    requests[2], 164
                ),
            ]
        ),
        Example(
            section: "C.4",
            usesHuffman: true,
            blocks: [
                ("82868441 8cf1e3c2 e5f23a6b a0ab90f4 ff", requests[0], 57),
                ("828684be 5886a8eb 10649cbf", requests[1], 110),
                ("828785bf 408825a8 49e95ba9 7d7f8925 a849e95b b8e8b4bf", requests[2], 164),
            ]
        ),
        Example(
            section: "C.5",
            tableSize: 256,
            usesHuffman: false,
            prefix: "3fe101",
            blocks: [
                (
                    """
                    48033330 32580770 72697661 7465611d 4d6f6e2c 20323120 4f637420 32303133
                    2032303a 31333a32 3120474d 546e1768 74747073 3a2f2f77 77772e65 78616d70
                    6c652e63 6f6d
                    """, responses[0], 222
                ),
                ("48033330 37c1c0bf", responses[1], 222),
                (
                    """
                    88c1611d 4d6f6e2c 20323120 4f637420 32303133 2032303a 31333a32 3220474d
                    54c05a04 677a6970 7738666f 6f3d4153 444a4b48 514b425a 584f5157 454f5049
                    55415851 57454f49 553b206d 61782d61 67653d33 3630303b 20766572 73696f6e
                    3d31
                    """, responses[2], 215
                ),
            ]
        ),
        Example(
            section: "C.6",
            tableSize: 256,
            usesHuffman: true,
            prefix: "3fe101",
            blocks: [
                (
                    """
                    48826402 5885aec3 771a4b61 96d07abe 941054d4 44a82005 95040b81 66e082a6
                    2d1bff6e 919d29ad 171863c7 8f0b97c8 e9ae82ae 43d3
                    """, responses[0], 222
                ),
                ("4883640e ffc1c0bf", responses[1], 222),
                (
                    """
                    88c16196 d07abe94 1054d444 a8200595 040b8166 e084a62d 1bffc05a 839bd9ab
                    77ad94e7 821dd7f2 e6c7b335 dfdfcd5b 3960d5af 27087f36 72c1ab27 0fb5291f
                    95873160 65c003ed 4ee5b106 3d5007
                    """, responses[2], 215
                ),
            ]
        ),
    ]

    @Test("the examples are decoded, and leave the table that is printed", arguments: examples)
    func decodes(_ example: Example) throws {
        let peer = DecodingPeer(tableSize: example.tableSize)
        for (hex, lines, tableSize) in example.blocks {
            #expect(try peer.decode(hex: hex) == lines)
            #expect(peer.tableSize == tableSize)
        }
    }

    @Test("the examples are what the encoder writes", arguments: examples)
    func encodes(_ example: Example) {
        let peer = EncodingPeer(tableSize: example.tableSize, usesHuffman: example.usesHuffman)
        var prefix = example.prefix
        for (hex, lines, tableSize) in example.blocks {
            // "307" is as long either way; the example codes it, and the encoder does not.
            let expected = hex.replacing("4883640e ff", with: "48033330 37")
            let block = peer.encode(lines, indexing: .always)
            #expect(block.hex == prefix + expected.filter(\.isHexDigit))
            #expect(peer.tableSize == tableSize)
            prefix = ""
        }
    }

    @Test(
        "one field in each representation is decoded",
        arguments: [
            (
                "400a6375 73746f6d 2d6b6579 0d637573 746f6d2d 68656164 6572",
                "custom-key: custom-header", 55
            ),
            ("040c2f73 616d706c 652f7061 7468", ":path: /sample/path", 0),
            ("10087061 7373776f 72640673 65637265 74", "password: secret", 0),
            ("82", ":method: GET", 0),
        ]
    )
    func representations(_ hex: String, _ line: String, _ tableSize: Int) throws {
        let peer = DecodingPeer()
        #expect(try peer.decode(hex: hex) == [line])
        #expect(peer.tableSize == tableSize)
    }

    @Test("one field is encoded in each representation")
    func encodesRepresentations() {
        let peer = EncodingPeer(usesHuffman: false)
        #expect(
            peer.encode(["custom-key: custom-header"], indexing: .always).hex
                == "400a637573746f6d2d6b65790d637573746f6d2d686561646572"
        )
        #expect(
            peer.encode([":path: /sample/path"], indexing: .not).hex
                == "040c2f73616d706c652f70617468"
        )
        #expect(
            peer.encode(["password: secret"], indexing: .never).hex
                == "100870617373776f726406736563726574"
        )
        #expect(peer.encode([":method: GET"]).hex == "82")
    }

    @Test("integers are those of the examples: 10 and 1337 behind five bits")
    func integers() throws {
        // A size update has a prefix of five bits.
        let exact = DecodingPeer(tableSize: 1337)
        try exact.decode(hex: "2a 3f9a0a")
        #expect(throws: HPACKError.self) {
            try DecodingPeer(tableSize: 1336).decode(hex: "3f9a0a")
        }
        let encoder = EncodingPeer(tableSize: 1337)
        #expect(encoder.encode([":method: GET"]).hex == "3f9a0a82")
        encoder.limitTable(to: 10)
        #expect(encoder.encode([":method: GET"]).hex == "2a82")
    }

    /// Written by another encoder, with a table that changes its size on the way.
    @Test("the blocks of another implementation are decoded")
    func otherImplementation() throws {
        let peer = DecodingPeer()
        let call = [
            ":method: POST", ":scheme: http", ":path: /example.UserService/GetUser",
            ":authority: localhost:50051", "te: trailers", "content-type: application/grpc",
            "user-agent: grpc-python/1.68",
        ]
        let first = """
            83864495 60be474d 74157e08 2d9b8b67 7310ac62 2a7820b6 7f418ba0 e41d139d 09b8d800
            d87f4082 497f864d 833505b1 1f5f8b1d 75d0620d 263d4c4d 65647a8c 9acac8b5 7e9339ea
            602bb8f7 40899aca c8b24d49 4f6a7f82 0eef
            """
        #expect(try peer.decode(hex: first) == call + ["grpc-timeout: 1S"])
        #expect(
            try peer.decode(hex: "8386c3c2 c1c0bf7e 837df7a9") == call + ["grpc-timeout: 998m"]
        )
        #expect(try peer.decode(hex: "3f45" + first) == call + ["grpc-timeout: 1S"])
        #expect(peer.tableSize == 46)
        let last = """
            203fe11f 82874493 608397ff f8ffffbb fe7fffd8 ff9fffbf fdffef41 819f1f08 8aba3418
            8a105c7a 129e20
            """
        #expect(
            try peer.decode(hex: last) == [
                ":method: GET", ":scheme: https", ":path: /caf\u{E9}?\u{1}|{}~", ":authority: h",
                "authorization: Basic c2VjcmV0",
            ]
        )
    }
}
