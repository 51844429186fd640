import MartletHTTP
import NIOCore
import TestSupport
import Testing

@Suite("MultipartParser under fuzzing")
struct MultipartFuzzTests {
    private static let fragments = [
        "\r", "\n", "\r\n", "-", "--", "x", "a", "\r\n-", "\r\n--", "é",
    ]

    private func body(_ generator: inout SplitMix) -> (text: String, contents: [String]) {
        var text = Bool.random(using: &generator) ? "" : "preamble\r\n"
        var contents: [String] = []
        for number in 0..<Int.random(in: 0...4, using: &generator) {
            var content = ""
            for _ in 0..<Int.random(in: 0...8, using: &generator) {
                content += Self.fragments.randomElement(using: &generator) ?? ""
            }
            contents.append(content)
            text += "--bound\r\nNumber: \(number)\r\n\r\n\(content)\r\n"
        }
        return (text + "--bound--\r\n", contents)
    }

    @Test("a body is read alike however it is split")
    func splitAnywhere() {
        for seed in 0..<Fuzz.cases(60) { splitAnywhere(UInt64(seed)) }
    }

    private func splitAnywhere(_ seed: UInt64) {
        var generator = SplitMix(seed: seed)
        let (text, contents) = body(&generator)
        let bytes = Array(text.utf8)
        let whole = ParsedMultipart([bytes], boundary: "bound")
        #expect(whole.error == nil)
        #expect(whole.texts == contents)
        for position in 0...bytes.count {
            let halves = [Array(bytes[..<position]), Array(bytes[position...])]
            #expect(ParsedMultipart(halves, boundary: "bound") == whole, "split at \(position)")
        }
        #expect(ParsedMultipart(bytes.map { [$0] }, boundary: "bound") == whole)
    }

    @Test("a damaged body is judged alike however it is split")
    func damaged() {
        for seed in 0..<Fuzz.cases(300) { damaged(UInt64(seed)) }
    }

    private func damaged(_ seed: UInt64) {
        var generator = SplitMix(seed: seed)
        var bytes = Array(body(&generator).text.utf8)
        for _ in 0..<Int.random(in: 1...4, using: &generator) {
            let position = Int.random(in: 0..<bytes.count, using: &generator)
            switch Int.random(in: 0..<3, using: &generator) {
            case 0: bytes[position] = UInt8.random(in: 0...255, using: &generator)
            case 1: bytes.remove(at: position)
            default: bytes.insert([13, 10, 45].randomElement(using: &generator) ?? 0, at: position)
            }
        }
        let whole = ParsedMultipart([bytes], boundary: "bound")
        #expect((whole.error == nil) == whole.isEnded)
        let single = ParsedMultipart(bytes.map { [$0] }, boundary: "bound")
        #expect(single.error == whole.error)
        #expect(single.texts.joined() == whole.texts.joined() || whole.error != nil)
        #expect(single.parts.map(\.headers) == whole.parts.map(\.headers))
    }
}
