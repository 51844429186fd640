import NIOCore
import TestSupport
import Testing

@testable import MartletRPC

@Suite("Base64 of gRPC-Web")
struct WebTextTests {
    private func decode(_ pieces: [String]) throws -> String {
        var text = WebText()
        var all = ByteBuffer()
        for piece in pieces { all.writeImmutableBuffer(try text.decode(ByteBuffer(string: piece))) }
        try text.finish()
        return String(buffer: all)
    }

    @Test("the vectors of RFC 4648, each way")
    func vectors() throws {
        let vectors = [
            ("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foob", "Zm9vYg=="),
            ("fooba", "Zm9vYmE="), ("foobar", "Zm9vYmFy"),
        ]
        for (plain, encoded) in vectors {
            #expect(WebText.encode(ByteBuffer(string: plain)) == ByteBuffer(string: encoded))
            #expect(try decode([encoded]) == plain)
        }
        let odd = ByteBuffer(bytes: [0xFB, 0xFF, 0xBF])
        #expect(WebText.encode(odd) == ByteBuffer(string: "+/+/"))
    }

    @Test("pieces may be cut anywhere, and padded in the middle")
    func pieces() throws {
        #expect(try decode(["Zg==Zm8=", "Zm9v"]) == "ffofoo")
        #expect(try decode(["Z", "g=", "=Z", "m8", "="]) == "ffo")
        var random = SplitMix(seed: 77)
        for _ in 0..<Fuzz.cases(500) {
            let parts = (0..<4).map { _ in
                (0..<Int.random(in: 0...40, using: &random))
                    .map { _ in UInt8.random(in: 0...255, using: &random) }
            }
            let encoded = parts.flatMap { part in
                Array(WebText.encode(ByteBuffer(bytes: part)).readableBytesView)
            }
            var text = WebText()
            var all: [UInt8] = []
            for piece in Fuzz.split(encoded, &random) {
                all += Array(try text.decode(ByteBuffer(bytes: piece)).readableBytesView)
            }
            try text.finish()
            #expect(all == parts.flatMap { $0 })
        }
    }

    @Test(
        "what is not Base64 is refused",
        arguments: ["Z", "Zg", "Zg=", "Z===", "====", "Zg=a", "Zm8=Z", "Zm 9v", "Zm9-", "Zm9v\n"]
    )
    func refused(text: String) {
        #expect(throws: RPCError.self) { try decode([text]) }
    }
}
