import MartletTransport
import NIOCore
import Testing

@Suite("Delimiter framing")
struct DelimiterFramingTests {
    @Test("frames end in the delimiter, which may overlap what looks like its beginning")
    func ends() {
        let framing = DelimiterFraming("aab".utf8)
        let bytes = Array("xaabaaabaabab aab".utf8)
        #expect(DecodedFrames([bytes], with: framing).texts == ["x", "a", "", "ab "])
    }

    @Test("a frame as large as the limit is read, a larger one refused")
    func limit() {
        let framing = DelimiterFraming("--".utf8, maximumFrameSize: 4)
        #expect(DecodedFrames([Array("1234--".utf8)], with: framing).texts == ["1234"])
        #expect(DecodedFrames([Array("12345--".utf8)], with: framing).refusal == .tooLarge)
        #expect(DelimiterFraming("-".utf8).maximumFrameSize == 65_536)
    }

    @Test("a delimiter that does not come within the limit is refused")
    func early() {
        let framing = DelimiterFraming("--".utf8, maximumFrameSize: 4)
        let short = DecodedFrames([Array("12345".utf8)], with: framing, ends: false)
        #expect(short.refusal == nil)
        let long = DecodedFrames([Array("123456".utf8)], with: framing, ends: false)
        #expect(long.refusal == .tooLarge)
    }

    @Test("what is left without a delimiter is an error that says how much")
    func unfinished() {
        var framing = DelimiterFraming("--".utf8)
        var input = ByteBuffer(string: "abc-")
        let error = #expect(throws: FramingError.self) { try framing.decodeLast(from: &input) }
        #expect(error?.code == .unfinished)
        #expect(error?.message.contains("4 bytes") == true)
    }

    @Test(
        "a frame whose delimiter would be found too early is not sent",
        arguments: [("ab", "xaby"), ("aa", "xa"), ("abab", "xab")]
    )
    func injection(delimiter: String, frame: String) {
        let framing = DelimiterFraming(delimiter.utf8)
        let error = #expect(throws: FramingError.self) { try framing.bytes([frame]) }
        #expect(error?.code == .unsendable)
    }

    @Test("a frame over the limit is not sent")
    func largeFrame() {
        let framing = DelimiterFraming("-".utf8, maximumFrameSize: 2)
        let error = #expect(throws: FramingError.self) { try framing.bytes(["abc"]) }
        #expect(error?.code == .tooLarge)
    }

    @Test("what has been looked through is not looked through again")
    func linear() throws {
        var framing = DelimiterFraming("aaab".utf8, maximumFrameSize: 1_000)
        var input = ByteBuffer()
        for count in 1...500 {
            input.writeInteger(UInt8(ascii: "a"))
            #expect(try framing.decode(from: &input) == nil)
            #expect(framing.search.scanned == count)
        }
        input.writeInteger(UInt8(ascii: "b"))
        #expect(try framing.decode(from: &input)?.readableBytes == 497)
        #expect(framing.search.scanned == 0)
    }
}
