import MartletResilience
import TestSupport
import Testing

@Suite("Rate limit table")
struct RateLimitTableTests {
    @Test("a million random keys do not make the table grow or free a throttled key")
    func attack() {
        var generator = SplitMix(seed: 0x5EED)
        let table = RateLimitTable(capacity: 4096)
        let rule = GCRA(limit: 10, per: .seconds(3600))
        let honest: UInt64 = 0xC0FFEE
        for _ in 0..<10 {
            #expect(table.decide(fingerprint: honest, now: 0, by: rule).isAllowed)
        }
        #expect(!table.decide(fingerprint: honest, now: 0, by: rule).isAllowed)
        for request in 1...1_000_000 {
            _ = table.decide(fingerprint: generator.next(), now: Int64(request), by: rule)
        }
        #expect(table.capacity == 4096)
        #expect(table.activeCount(now: 1_000_001) <= table.capacity)
        #expect(!table.decide(fingerprint: honest, now: 1_000_001, by: rule).isAllowed)
    }

    @Test("a bucket that is full again makes room before one that is not")
    func eviction() {
        let table = RateLimitTable(capacity: RateLimitTable.ways)
        let rule = GCRA(limit: 1, per: .seconds(1))
        for key in 1...UInt64(RateLimitTable.ways) {
            let now = key == 7 ? 0 : rule.fillTime
            _ = table.decide(fingerprint: key, now: now, by: rule)
        }
        let now = rule.fillTime + 1
        #expect(table.decide(fingerprint: 99, now: now, by: rule).isAllowed)
        for key in 1...UInt64(RateLimitTable.ways) where key != 7 {
            #expect(!table.decide(fingerprint: key, now: now, by: rule).isAllowed)
        }
    }

    @Test("keys do not share buckets")
    func separation() {
        let table = RateLimitTable(capacity: 1024)
        let rule = GCRA(limit: 1, per: .seconds(1))
        var generator = SplitMix(seed: 1)
        let keys = (0..<300).map { _ in generator.next() }
        #expect(keys.allSatisfy { table.decide(fingerprint: $0, now: 0, by: rule).isAllowed })
        #expect(keys.allSatisfy { !table.decide(fingerprint: $0, now: 0, by: rule).isAllowed })
    }

    @Test("the capacity is rounded up to whole sets", arguments: [(1, 16), (17, 32), (4096, 4096)])
    func rounding(wanted: Int, made: Int) {
        #expect(RateLimitTable(capacity: wanted).capacity == made)
    }
}
