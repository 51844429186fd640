import MartletTransport
import NIOCore
import Testing

@Suite("Newline framing")
struct NewlineFramingTests {
    private let framing = NewlineFraming(maximumFrameSize: 5)

    @Test("lines end in LF or in CR LF, and one CR belongs to the end")
    func ends() {
        let bytes = Array("a\nb\r\n\n\r\nc\r\r\n\rd\n".utf8)
        let decoded = DecodedFrames([bytes], with: framing)
        #expect(decoded.texts == ["a", "b", "", "", "c\r", "\rd"])
        #expect(decoded.refusal == nil)
    }

    @Test("lines are written with the end that was asked for, and either is read")
    func writes() throws {
        #expect(try NewlineFraming().bytes(["a", ""]) == Array("a\n\n".utf8))
        let framing = NewlineFraming(lineEnd: .carriageReturnLineFeed)
        let bytes = try framing.bytes(["a", ""])
        #expect(bytes == Array("a\r\n\r\n".utf8))
        #expect(DecodedFrames([bytes], with: NewlineFraming()).texts == ["a", ""])
    }

    @Test("a line as long as the limit is read with either end, a longer one with none")
    func limit() {
        #expect(DecodedFrames([Array("12345\n".utf8)], with: framing).texts == ["12345"])
        #expect(DecodedFrames([Array("12345\r\n".utf8)], with: framing).texts == ["12345"])
        #expect(DecodedFrames([Array("123456\n".utf8)], with: framing).refusal == .tooLarge)
        #expect(DecodedFrames([Array("123456\r\n".utf8)], with: framing).refusal == .tooLarge)
    }

    @Test("a line that does not end within the limit is refused without its end")
    func early() {
        let short = DecodedFrames([Array("123456".utf8)], with: framing, ends: false)
        #expect(short.refusal == nil)
        let long = DecodedFrames([Array("1234567".utf8)], with: framing, ends: false)
        #expect(long.refusal == .tooLarge)
        #expect(NewlineFraming().maximumFrameSize == 65_536)
    }

    @Test("what is left without an end is an error that says how much")
    func unfinished() throws {
        var framing = framing
        var input = ByteBuffer(string: "abc")
        let error = #expect(throws: FramingError.self) { try framing.decodeLast(from: &input) }
        #expect(error?.code == .unfinished)
        #expect(error?.message.contains("3 bytes") == true)
    }

    @Test("a line that would be read as other lines is not sent", arguments: ["a\nb", "a\r"])
    func injection(line: String) {
        let error = #expect(throws: FramingError.self) { try framing.bytes([line]) }
        #expect(error?.code == .unsendable)
    }

    @Test("a line over the limit is not sent")
    func longLine() {
        let error = #expect(throws: FramingError.self) { try framing.bytes(["123456"]) }
        #expect(error?.code == .tooLarge)
    }

    @Test("what has been looked through is not looked through again")
    func linear() throws {
        var framing = NewlineFraming(maximumFrameSize: 1_000)
        var input = ByteBuffer()
        for count in 1...500 {
            input.writeInteger(UInt8(ascii: "x"))
            #expect(try framing.decode(from: &input) == nil)
            #expect(framing.scanned == count)
        }
        input.writeString("\ny")
        #expect(try framing.decode(from: &input)?.readableBytes == 500)
        #expect(framing.scanned == 0)
        #expect(try framing.decode(from: &input) == nil)
        #expect(framing.scanned == 1)
    }
}
