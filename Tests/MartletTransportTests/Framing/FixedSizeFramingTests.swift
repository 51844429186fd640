import MartletTransport
import NIOCore
import Testing

@Suite("Fixed-size framing")
struct FixedSizeFramingTests {
    private let framing = FixedSizeFraming(frameSize: 3)

    @Test("the input is cut into frames of one size")
    func cuts() {
        let decoded = DecodedFrames([Array("abcdefgh".utf8)], with: framing)
        #expect(decoded.texts == ["abc", "def"])
        #expect(decoded.refusal == .unfinished)
        #expect(framing.maximumEncodedSize == 3)
    }

    @Test("a frame of another size is not sent", arguments: ["ab", "abcd"])
    func otherSize(frame: String) throws {
        #expect(try framing.bytes(["abc"]) == Array("abc".utf8))
        let error = #expect(throws: FramingError.self) { try framing.bytes([frame]) }
        #expect(error?.code == .unsendable)
    }
}
