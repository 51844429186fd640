import MartletHTTP
import TestSupport
import Testing

@Suite struct TraceContextTests {
    private let valid = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"

    @Test("a valid traceparent is read and written back as it was")
    func roundTrip() throws {
        let context = try #require(TraceContext(traceparent: valid))
        #expect(context.traceID == 0x0af7_6519_16cd_43dd_8448_eb21_1c80_319c)
        #expect(context.spanID == 0xb7ad_6b71_6920_3331)
        #expect(context.isSampled)
        #expect(context.traceparent == valid)
        #expect(context.traceIDText == "0af7651916cd43dd8448eb211c80319c")
    }

    @Test("a later version may be longer after a dash")
    func laterVersion() {
        let later = "cc" + valid.dropFirst(2)
        #expect(TraceContext(traceparent: later) != nil)
        #expect(TraceContext(traceparent: later + "-what-the-future-brings") != nil)
        #expect(TraceContext(traceparent: later + ".what") == nil)
    }

    @Test(
        "what the standard forbids is not read",
        arguments: [
            "",
            "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331",
            "00-0AF7651916CD43DD8448EB211C80319C-b7ad6b7169203331-01",
            "00-00000000000000000000000000000000-b7ad6b7169203331-01",
            "00-0af7651916cd43dd8448eb211c80319c-0000000000000000-01",
            "ff-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
            "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01-more",
            "00_0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
            "00-0af7651916cd43dd8448eb211c80319g-b7ad6b7169203331-01",
            " 00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
        ]
    )
    func invalid(_ text: String) {
        #expect(TraceContext(traceparent: text) == nil)
    }

    @Test("no mutation of a traceparent is read as anything but what it says")
    func fuzz() {
        var random = SplitMix(seed: 20_261_123)
        let alphabet = Array("0123456789abcdefABCDEFg-_ \u{0}ü".utf8)
        for _ in 0..<20_000 {
            var bytes = Array(valid.utf8)
            for _ in 0..<Int.random(in: 1...3, using: &random) {
                let index = Int.random(in: 0..<bytes.count, using: &random)
                switch Int.random(in: 0..<3, using: &random) {
                case 0: bytes[index] = alphabet.randomElement(using: &random) ?? 0
                case 1: bytes.remove(at: index)
                default: bytes.insert(alphabet.randomElement(using: &random) ?? 0, at: index)
                }
            }
            let text = String(decoding: bytes, as: UTF8.self)
            guard let read = TraceContext(traceparent: text) else { continue }
            #expect(
                text.utf8.dropFirst(2).prefix(53).elementsEqual(read.traceparent.utf8.dropFirst(2))
            )
        }
    }
}
