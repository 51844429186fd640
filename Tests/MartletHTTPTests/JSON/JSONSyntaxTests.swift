import MartletHTTP
import NIOCore
import Testing

@Suite struct JSONSyntaxTests {
    @Test(
        "what RFC 8259 allows is read",
        arguments: [
            "null", " true ", "\t\r\n false", "0", "-0", "-12.5e-3", "1E+2", "\"\"", "[]", "{}",
            "[ ]", "{ }", "[1 , 2]", "{\"a\" : 1 , \"b\":[{}]}", #"{"a":1,"a":2}"#,
            #"["\"\\\/\b\f\n\r\t"]"#, #"["\u0000"]"#, #"["\uD834\udd1E"]"#,
            "[\"\u{7F}\u{10FFFF}\"]",
            "[[[[[[[[[[]]]]]]]]]]", "[123456789012345678901234567890]", #"{"":0}"#, "[0e1]",
            "[0e+1]",
            #"["\ud83d\ude39\ud83d\udc8d"]"#, "[\"\u{FFFF}\"]", "[1e-400]",
        ]
    )
    func allowed(text: String) throws {
        _ = try value(text, as: JSONValue.self)
    }

    @Test(
        "what RFC 8259 does not allow is refused",
        arguments: [
            "", " ", "nul", "nulL", "True", "[1,]", "[,1]", "[1 2]", "[", "]", "{", "}", "[1}",
            "{\"a\":1]", "{a:1}", "{'a':1}", "{\"a\"}", "{\"a\":}", "{\"a\":1,}", "{,}", "{1:1}",
            "{\"a\" 1}", "01", "-01", "+1", ".5", "1.", "1.e1", "1e", "1e+", "-", "--1", "0x1",
            "NaN", "Infinity", "-Infinity", "1 2", "[] []", "[]x", "{}}", "\"", "\"abc", #""\"#,
            #""\x41""#, #""\u12""#, #""\u12G4""#, "\"\t\"", "\"\n\"", "\"\u{0}\"", "[1]//", "/**/1",
            #""\ud800""#, #""\udc00""#, #""\ud800\ud800""#, #""\ud800x""#, #""\udc00\ud800""#,
            #""\ud800\u0041""#, "\u{FEFF}{}", "\u{A0}1", "[\u{0C}1]", "\"\\\u{0}\"", "tru",
            "{\"a\":1 \"b\":2}",
        ]
    )
    func refused(text: String) {
        #expect(throws: JSONError.self) { try value(text, as: JSONValue.self) }
    }

    @Test(
        "bytes that are not UTF-8 are refused, wherever they stand",
        arguments: [
            [0x80], [0xC0, 0x80], [0xC1, 0xBF], [0xC2], [0xC2, 0x41], [0xE0, 0x9F, 0x80],
            [0xE2, 0x82], [0xED, 0xA0, 0x80], [0xED, 0xBF, 0xBF], [0xF0, 0x8F, 0x80, 0x80],
            [0xF4, 0x90, 0x80, 0x80], [0xF5, 0x80, 0x80, 0x80], [0xFF], [0xF0, 0x9F, 0x98],
            [0xE2, 0x28, 0xA1], [0xF0, 0x9F, 0x28, 0x80],
        ] as [[UInt8]]
    )
    func notUTF8(bytes: [UInt8]) {
        for padding in 0..<9 {
            let filler = [UInt8](repeating: 0x61, count: padding)
            let text = [UInt8](#"{"b":0,"a":""#.utf8) + filler + bytes + filler + [0x22, 0x7D]
            #expect(throws: JSONError.self) {
                try JSON.decode([String: Int?].self, from: ByteBuffer(bytes: text))
            }
        }
        #expect(throws: JSONError.self) {
            try JSON.decode(JSONValue.self, from: ByteBuffer(bytes: bytes))
        }
    }

    @Test("an error says what stands where something else was expected")
    func messages() {
        #expect(failure("[1,]", as: [Int].self) == "expected a value, found ']' (at byte 3)")
        #expect(
            failure("{\"a\" 1}", as: [String: Int].self) == "expected ':', found '1' (at byte 5)"
        )
        #expect(failure("[1 2]", as: [Int].self) == "expected ',' or ']', found '2' (at byte 3)")
        #expect(
            failure("[] x", as: [Int].self)
                == "expected the end of the document, found 'x' (at byte 3)"
        )
        #expect(
            failure("[\"ab", as: [String].self)
                == "expected the end of a string, found the end of the document (at byte 4)"
        )
        #expect(failure("01", as: Int.self) == "a number must not begin with a zero (at byte 1)")
    }

    @Test("a document nests as deep as the limit, and no deeper")
    func depth() throws {
        func nested(_ depth: Int) -> ByteBuffer {
            ByteBuffer(
                string: String(repeating: "[", count: depth) + String(repeating: "]", count: depth)
            )
        }
        _ = try JSON.decode(JSONValue.self, from: nested(128))
        #expect(throws: JSONError(.limit, "the document nests deeper than 128", offset: 128)) {
            try JSON.decode(JSONValue.self, from: nested(129))
        }
        let limits = JSON.Limits(depth: 3)
        _ = try JSON.decode(JSONValue.self, from: nested(3), limits: limits)
        #expect(throws: JSONError.self) {
            try JSON.decode(JSONValue.self, from: nested(4), limits: limits)
        }
        #expect(throws: JSONError.self) {
            let open = String(repeating: "[{\"a\":", count: 500_000)
            _ = try JSON.decode(JSONValue.self, from: ByteBuffer(string: open))
        }
    }

    @Test("a document is as long as the limit, and no longer")
    func size() throws {
        let limits = JSON.Limits(size: 4)
        #expect(
            try JSON.decode(Int.self, from: ByteBuffer(string: "1234"), limits: limits) == 1_234
        )
        #expect(throws: JSONError(.limit, "the document has more than 4 bytes")) {
            try JSON.decode(Int.self, from: ByteBuffer(string: "12345"), limits: limits)
        }
        #expect(JSON.Limits().size == 16 << 20)
        #expect(JSON.Limits().depth == 128)
    }

    @Test("every string is read as it was meant")
    func strings() throws {
        #expect(try value(#""\"\\\/\b\f\n\r\t""#, as: String.self) == "\"\\/\u{8}\u{C}\n\r\t")
        #expect(try value(#""\u00e9\u4E2D\uD83D\uDE00\u0000z""#, as: String.self) == "é中😀\0z")
        for length in 0..<40 {
            let plain = String(repeating: "x", count: length)
            for special in ["\"", "\\", "\u{1F}", "é", "😀", "\u{7F}"] {
                let text = plain + special + plain
                #expect(try value(try json(text), as: String.self) == text)
            }
        }
    }
}
