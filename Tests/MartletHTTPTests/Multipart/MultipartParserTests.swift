import HTTPTypes
import MartletHTTP
import NIOCore
import Testing

/// What came out of a parser: parts, or the first error.
struct ParsedMultipart: Equatable {
    struct Part: Equatable {
        var headers: Headers
        var content: [UInt8] = []
    }

    var parts: [Part] = []
    var isEnded = false
    var error: MultipartError?

    /// Feeds chunks to a parser until it is done or fails.
    init(_ chunks: [[UInt8]], boundary: String = "b", limits: MultipartLimits = MultipartLimits()) {
        do throws(MultipartError) {
            var parser = try MultipartParser(boundary: boundary, limits: limits)
            for chunk in chunks {
                try parser.receive(ByteBuffer(bytes: chunk))
                try take(&parser)
            }
            try parser.finish()
        } catch {
            self.error = error
        }
    }

    private mutating func take(_ parser: inout MultipartParser) throws(MultipartError) {
        while let event = try parser.next() {
            switch event {
            case .partBegan(let headers):
                parts.append(Part(headers: headers))
            case .content(let bytes):
                #expect(bytes.readableBytes > 0)
                parts[parts.count - 1].content += bytes.readableBytesView
            case .partEnded:
                break
            case .end:
                isEnded = true
            }
        }
    }

    var texts: [String] { parts.map { String(decoding: $0.content, as: UTF8.self) } }
}

@Suite("MultipartParser")
struct MultipartParserTests {
    private func parse(
        _ text: String,
        boundary: String = "b",
        limits: MultipartLimits = MultipartLimits()
    ) -> ParsedMultipart {
        ParsedMultipart([Array(text.utf8)], boundary: boundary, limits: limits)
    }

    @Test("parts come with their fields and content, without preamble and epilogue")
    func parts() {
        let parsed = parse(
            "pre\r\nx--b\r\n--b \t\r\nA: 1\r\nB:  2 \r\n\r\none\r\n--b\r\n\r\ntwo\r\n\r\n"
                + "--b--\r\nepilogue\r\n--b\r\n"
        )
        #expect(parsed.error == nil)
        #expect(parsed.isEnded)
        #expect(parsed.texts == ["one", "two\r\n"])
        #expect(parsed.parts.first?.headers.description == "A: 1\nB: 2")
        #expect(parsed.parts.last?.headers.isEmpty == true)
    }

    @Test("a body may begin with the delimiter and end right after the last one")
    func smallest() {
        #expect(parse("--b\r\n\r\nx\r\n--b--").texts == ["x"])
        #expect(parse("--b--").isEnded)
        #expect(parse("--b--").parts.isEmpty)
        #expect(parse("--b\r\n\r\n\r\n--b--").texts == [""])
    }

    @Test("the line break before a delimiter may be the one that ends the header")
    func emptyContent() {
        #expect(parse("--b\r\nA: 1\r\n\r\n--b\r\n\r\n--b--").texts == ["", ""])
    }

    @Test("what only resembles a delimiter is content")
    func lookalikes() {
        let content = "--b\r\n-b\r\n--c\n--b\r--b \r\r\n-\r\n--\r\n"
        #expect(parse("--b\r\n\r\nx\(content)\r\n--b--").texts == ["x\(content)"])
    }

    @Test(
        "what is malformed is refused",
        arguments: [
            ("--b\r\n\r\nx\r\n--bc\r\n", MultipartError.Code.malformedDelimiter),
            ("--b\r\n\r\nx\r\n--b-\r\n", .malformedDelimiter),
            ("--b\n\nx\r\n--b--", .malformedDelimiter), ("--b\rx", .malformedDelimiter),
            ("--b x\r\n", .malformedDelimiter), ("--b --\r\n", .malformedDelimiter),
            ("--b\r\nA 1\r\n\r\nx\r\n--b--", .malformedHeader),
            ("--b\r\nA : 1\r\n\r\nx\r\n--b--", .malformedHeader),
            ("--b\r\n: 1\r\n\r\nx\r\n--b--", .malformedHeader),
            ("--b\r\nA: 1\n\r\n\r\nx\r\n--b--", .malformedHeader),
            ("--b\r\nA: 1\rB: 2\r\n\r\nx\r\n--b--", .malformedHeader),
            ("--b\r\nA: 1\r\n  folded\r\n\r\nx\r\n--b--", .malformedHeader),
            ("--b\r\nA: \0\r\n\r\nx\r\n--b--", .malformedHeader),
            ("--b\r\n\r\nx\r\n--b", .truncated), ("--b\r\n\r\nx", .truncated), ("", .truncated),
            ("no delimiter", .truncated), ("--b\r\nA: 1\r\n", .truncated), ("--b-", .truncated),
        ]
    )
    func malformed(text: String, code: MultipartError.Code) {
        #expect(parse(text).error?.code == code)
    }

    @Test(
        "a boundary that RFC 2046 forbids is refused",
        arguments: ["", "a ", "a\"b", "a\r\nb", "ü", String(repeating: "a", count: 71)]
    )
    func invalidBoundary(boundary: String) {
        #expect(parse("", boundary: boundary).error?.code == .invalidBoundary)
    }

    @Test("a boundary of 70 characters with a space inside is accepted")
    func longBoundary() {
        let boundary = "'()+_,-./:=? " + String(repeating: "a", count: 57)
        #expect(parse("--\(boundary)--", boundary: boundary).isEnded)
    }

    @Test("parts, their headers, their content and the whole are limited")
    func limits() {
        var limits = MultipartLimits()
        limits.parts = 2
        limits.headerSize = 12
        limits.headerCount = 2
        limits.partSize = 5
        limits.totalSize = 60
        func code(_ text: String) -> MultipartError.Code? {
            parse(text, limits: limits).error?.code
        }
        let part = "--b\r\n\r\nx\r\n"
        #expect(code(part + part + "--b--") == nil)
        #expect(code(part + part + part + "--b--") == .limitExceeded)
        #expect(code("--b\r\nA: 1\r\nB: 2\r\n\r\nx\r\n--b--") == nil)
        #expect(code("--b\r\nA: 1\r\nBc: 2\r\n\r\nx\r\n--b--") == .limitExceeded)
        #expect(code("--b\r\nA: aaaaaaaaaaaa") == .limitExceeded)
        #expect(code("--b" + String(repeating: " ", count: 13)) == .limitExceeded)
        #expect(code("--b\r\nA:\r\nB:\r\nC:\r\n\r\nx\r\n--b--") == .limitExceeded)
        #expect(code("--b\r\n\r\n12345\r\n--b--") == nil)
        #expect(code("--b\r\n\r\n123456\r\n--b--") == .limitExceeded)
        #expect(code("--b\r\n\r\nx\r\n--b--" + String(repeating: "e", count: 40)) == nil)
        #expect(
            code("--b\r\n\r\nx\r\n--b--" + String(repeating: "e", count: 60)) == .limitExceeded
        )
    }

    @Test("the limits are what their documentation says")
    func defaults() {
        let limits = MultipartLimits()
        #expect(limits.parts == 100)
        #expect(limits.headerSize == 8192)
        #expect(limits.headerCount == 16)
        #expect(limits.partSize == 16 << 20)
        #expect(limits.totalSize == 32 << 20)
    }
}
