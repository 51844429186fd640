import NIOCore
import Testing

@testable import MartletRPC

@Suite("RPC compression")
struct RPCCompressionTests {
    @Test("a message survives compression", arguments: [RPCCompression.gzip, .deflate])
    func roundTrip(compression: RPCCompression) throws {
        for count in [0, 1, 1_000, 300_000] {
            let message = ByteBuffer(bytes: (0..<count).map { UInt8(truncatingIfNeeded: $0 / 7) })
            let compressed = try compression.compress(message)
            #expect(try compression.decompress(compressed, upTo: max(1, count)) == message)
        }
    }

    @Test("a message that grows above the limit is refused, and the limit named")
    func limit() throws {
        let bomb = try RPCCompression.gzip.compress(ByteBuffer(repeating: 0, count: 100_001))
        let error = #expect(throws: RPCError.self) {
            try RPCCompression.gzip.decompress(bomb, upTo: 100_000)
        }
        #expect(error?.status.code == .resourceExhausted)
        #expect(error?.status.message.contains("100000 bytes") == true)
    }

    @Test("what is not of the format is an internal error")
    func corrupt() {
        let error = #expect(throws: RPCError.self) {
            try RPCCompression.gzip.decompress(ByteBuffer(string: "not gzip"), upTo: 100)
        }
        #expect(error?.status.code == .internal)
    }

    @Test("an encoding has its name, and is looked for in what the peer accepts")
    func names() throws {
        #expect(try RPCCompression.named("gzip") == .gzip)
        #expect(try RPCCompression.named("deflate") == .deflate)
        #expect(try RPCCompression.named("identity") == nil)
        let error = #expect(throws: RPCError.self) { try RPCCompression.named("snappy") }
        #expect(error?.status.code == .unimplemented)
        #expect(RPCCompression.gzip.isAccepted(by: "identity, gzip"))
        #expect(!RPCCompression.gzip.isAccepted(by: "identity,xgzip"))
    }
}
