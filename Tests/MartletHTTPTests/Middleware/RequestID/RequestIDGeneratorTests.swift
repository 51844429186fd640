import MartletHTTP
import Testing

@Suite struct RequestIDGeneratorTests {
    @Test("identifiers are tokens of 15 characters and do not repeat")
    func unique() {
        let generator = RequestIDGenerator(seed: 0xFFFF_FFFF_FFFF)
        var seen = Set<String>()
        for _ in 0..<10_000 {
            let identifier = generator.next()
            #expect(identifier.utf8.count == 15)
            #expect(identifier.utf8.allSatisfy(ASCII.isToken))
            seen.insert(identifier)
        }
        #expect(seen.count == 10_000)
    }

    @Test("processes with other seeds make other identifiers")
    func seeds() {
        #expect(RequestIDGenerator(seed: 1).next() != RequestIDGenerator(seed: 2).next())
    }

    @Test("a counter that overflows changes the prefix")
    func overflow() {
        let before = RequestIDGenerator(seed: 5, counter: 0).next()
        let after = RequestIDGenerator(seed: 5, counter: 1 << 42).next()
        #expect(before != after)
        #expect(before.suffix(7) == after.suffix(7))
    }
}
