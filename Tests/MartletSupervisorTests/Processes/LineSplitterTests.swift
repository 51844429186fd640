import MartletSupervisor
import Testing

@Suite("The splitter of lines")
struct LineSplitterTests {
    @Test("puts lines together however their bytes arrive")
    func pieces() {
        let text = "first\nsecond\r\n\nthïrd\n💡"
        for size in 1...text.utf8.count {
            var splitter = LineSplitter()
            var lines: [String] = []
            var rest = Array(text.utf8)[...]
            while !rest.isEmpty {
                lines += splitter.split(rest.prefix(size))
                rest = rest.dropFirst(size)
            }
            #expect(lines == ["first", "second", "", "thïrd"])
            #expect(splitter.finish() == "💡")
            #expect(splitter.finish() == nil)
        }
    }

    @Test("cuts a line that is too long and says how much is missing")
    func limit() {
        var splitter = LineSplitter()
        let limit = LineSplitter.maximumLineBytes
        let fits = [UInt8](repeating: UInt8(ascii: "a"), count: limit)
        #expect(splitter.split(fits + [10]).map(\.utf8.count) == [limit])
        #expect(splitter.split(fits + fits) == [])
        let cut = splitter.split([98, 10, 99, 10])
        #expect(cut.first == String(decoding: fits, as: UTF8.self) + " … (\(limit + 1) bytes more)")
        #expect(cut.last == "c")
    }

    @Test("replaces what is not UTF-8")
    func invalid() {
        var splitter = LineSplitter()
        #expect(splitter.split([0x61, 0xFF, 0x62, 10]) == ["a\u{FFFD}b"])
    }
}
