import HTTPTypes
import MartletHTTP
import NIOCore
import Testing

@Suite("Encoding header blocks")
struct HPACKEncoderTests {
    @Test("what changes now and then is put into the table when it comes again")
    func repeated() throws {
        let encoder = EncodingPeer()
        let peer = DecodingPeer()
        let line = "date: Mon, 21 Oct 2013 20:13:21 GMT"
        let sizes = try (0..<4).map { _ throws -> Int in
            let block = encoder.encode([line])
            #expect(try peer.decode(block) == [line])
            return block.readableBytes
        }
        #expect(sizes[0] > 1 && sizes[1] > 1 && sizes[2] == 1 && sizes[3] == 1)
        #expect(encoder.tableSize == 65)
    }

    @Test("what is constant is put into the table at once")
    func always() {
        let encoder = EncodingPeer()
        for line in ["server: a", "content-type: b", ":authority: c", "user-agent: d"] {
            #expect(encoder.encode([line]).readableBytes > 1)
            #expect(encoder.encode([line]).hex == "be")
        }
    }

    @Test(
        "what comes once is not put into the table, however often it comes",
        arguments: ["content-length: 13", "etag: \"a\"", "traceparent: 00-1-2-01"]
    )
    func not(_ line: String) {
        let encoder = EncodingPeer()
        for _ in 0..<3 {
            #expect(encoder.encode([line]).readableBytesView.first.map { $0 & 0xF0 } == 0)
        }
        #expect(encoder.tableSize == 0)
    }

    @Test(
        "a secret is never indexed, by nobody",
        arguments: [
            "authorization: Basic c2VjcmV0", "cookie: a=b", "set-cookie: a=b",
            "proxy-authorization: Basic c2VjcmV0", "x-api-key: k", "x-csrf-token: t",
        ]
    )
    func never(_ line: String) {
        let encoder = EncodingPeer()
        for _ in 0..<3 {
            #expect(encoder.encode([line]).readableBytesView.first.map { $0 & 0xF0 } == 0x10)
        }
        #expect(encoder.tableSize == 0)
    }

    @Test("what would drive out half of the table is not put there")
    func tooLarge() {
        let encoder = EncodingPeer(tableSize: 200)
        _ = encoder.encode(["server: " + String(repeating: "s", count: 63)])
        #expect(encoder.tableSize == 0)
        _ = encoder.encode(["server: " + String(repeating: "s", count: 62)])
        #expect(encoder.tableSize == 100)
    }

    @Test("an entry is found by its name after its value has changed")
    func nameIndex() {
        let encoder = EncodingPeer(usesHuffman: false)
        _ = encoder.encode(["x-custom: a"], indexing: .always)
        #expect(encoder.encode(["x-custom: b"], indexing: .not).hex == "0f2f0162")
        #expect(encoder.encode(["x-custom: a"], indexing: .always).hex == "be")
        _ = encoder.encode(["x-other: a"], indexing: .always)
        #expect(encoder.encode(["x-custom: a"], indexing: .always).hex == "bf")
    }

    @Test("an evicted entry is not found any more")
    func eviction() throws {
        let encoder = EncodingPeer(tableSize: 100)
        let peer = DecodingPeer(tableSize: 100)
        for number in 0..<500 {
            let lines = ["n: \(number % 5)", "m: \(number % 3)"]
            #expect(try peer.decode(encoder.encode(lines, indexing: .always)) == lines)
            #expect(encoder.tableSize <= 100)
            #expect(encoder.tableSize == peer.tableSize)
        }
    }

    @Test("size updates come at the beginning of the next block, the smallest first")
    func sizeUpdates() throws {
        let encoder = EncodingPeer()
        #expect(encoder.encode([":method: GET"]).hex == "82")
        encoder.limitTable(to: 0)
        encoder.limitTable(to: 100)
        #expect(encoder.encode([":method: GET", ":path: /"]).hex == "203f458284")
        #expect(encoder.encode([":method: GET"]).hex == "82")
        // It is ours to use less than the peer allows.
        encoder.limitTable(to: 65_536)
        #expect(encoder.encode([":method: GET"]).hex == "3fe11f82")
        encoder.limitTable(to: 65_536)
        #expect(encoder.encode([":method: GET"]).hex == "82")
    }

    @Test("a table of size 0 is not used")
    func noTable() throws {
        let encoder = EncodingPeer()
        _ = encoder.encode(["server: a"])
        encoder.limitTable(to: 0)
        #expect(encoder.encode(["server: a"]).hex == "200f270161")
        #expect(encoder.tableSize == 0)
    }

    // MARK: Heads

    @Test("a status is one byte when it is common, and in the table when it is not")
    func status() throws {
        let encoder = EncodingPeer()
        let peer = DecodingPeer()
        for (code, hex) in [(200, "88"), (204, "89"), (304, "8b"), (500, "8e")] {
            #expect(encoder.block { $0.encodeStatus(code, into: &$1) }.hex == hex)
        }
        for _ in 0..<2 {
            let block = encoder.block { $0.encodeStatus(201, into: &$1) }
            #expect(try peer.decode(block) == [":status: 201"])
        }
        #expect(encoder.block { $0.encodeStatus(201, into: &$1) }.hex == "be")
    }

    @Test("lengths are written in digits", arguments: [0, 7, 10, 1_234_567_890_123, Int.max])
    func contentLength(_ length: Int) throws {
        let block = EncodingPeer().block { $0.encodeContentLength(length, into: &$1) }
        #expect(try DecodingPeer().decode(block) == ["content-length: \(length)"])
    }

    @Test("a request's pseudo-header fields are those that its method has")
    func request() throws {
        let encoder = EncodingPeer()
        let peer = DecodingPeer()
        func lines(_ method: HTTPRequest.Method, _ protocolName: String?) throws -> [String] {
            let block = encoder.block {
                $0.encodeRequest(
                    method: method,
                    scheme: "https",
                    authority: "h:1",
                    target: "/a",
                    protocolName: protocolName,
                    into: &$1
                )
            }
            return try peer.decode(block)
        }
        #expect(
            try lines(.get, nil)
                == [":method: GET", ":scheme: https", ":path: /a", ":authority: h:1"]
        )
        #expect(try lines(.connect, nil) == [":method: CONNECT", ":authority: h:1"])
        #expect(
            try lines(.connect, "websocket") == [
                ":method: CONNECT", ":scheme: https", ":path: /a", ":authority: h:1",
                ":protocol: websocket",
            ]
        )
    }

    @Test("headers are sent in lower case, without those of a connection and without blanks")
    func headers() throws {
        let name = try #require(HTTPField.Name("X-Mixed-Case"))
        let keepAlive = try #require(HTTPField.Name("Keep-Alive"))
        let proxyConnection = try #require(HTTPField.Name("Proxy-Connection"))
        let host = try #require(HTTPField.Name("Host"))
        let headers: Headers = [
            .contentType: "text/plain", name: " \tA b ", .connection: "close", keepAlive: "1",
            proxyConnection: "close", .transferEncoding: "chunked", .upgrade: "h2c",
            .contentLength: "5", host: "h", .te: "gzip", .setCookie: "a", .server: "\t",
        ]
        var present = HTTP2FieldsPresent()
        let block = EncodingPeer().block { present = $0.encode(headers, into: &$1) }
        #expect(
            try DecodingPeer().decode(block)
                == ["content-type: text/plain", "x-mixed-case: A b", "set-cookie: a", "server: "]
        )
        #expect(present == [.contentType, .contentLength, .server])
        var others = HTTP2FieldsPresent()
        let trailers: Headers = [.te: "Trailers", .date: "d", .userAgent: "u"]
        let second = EncodingPeer().block { others = $0.encode(trailers, into: &$1) }
        #expect(try DecodingPeer().decode(second) == ["te: Trailers", "date: d", "user-agent: u"])
        #expect(others == [.te, .date, .userAgent])
    }

    @Test("§6.2.3 (RFC 7541): a field that came never-indexed leaves so, and others as they are")
    func forwarded() throws {
        // Never-indexed, without and with an index for its name; without indexing; indexed.
        let block = ByteBuffer(
            hex: "1008782d7365637265740161" + "1f2b0162" + "0006782d6f70656e0163" + "90"
        )
        let fields = try DecodingPeer().take(block)
        let headers = Headers(bytes: fields.bytes, slices: fields.slices)
        #expect(headers.slices.map(\.isNeverIndexed) == [true, true, false, false])
        #expect(headers.slices.map(\.nameLength) == [8, 10, 6, 15])
        let encoder = EncodingPeer()
        for _ in 0..<3 {
            let patterns = headers.slices.map { slice in
                let one = Headers(bytes: headers.bytes, slices: [slice])
                let block = encoder.block { _ = $0.encode(one, into: &$1) }
                return block.readableBytesView.first.map { $0 & 0xF0 == 0x10 }
            }
            #expect(patterns == [true, true, false, false])
        }
    }

    @Test("a long name and a long value have room")
    func long() throws {
        let name = try #require(HTTPField.Name(String(repeating: "N", count: 5000)))
        let headers: Headers = [name: String(repeating: "~", count: 20_000)]
        let block = EncodingPeer().block { _ = $0.encode(headers, into: &$1) }
        #expect(try DecodingPeer().decode(block).first?.count == 25_002)
    }
}
