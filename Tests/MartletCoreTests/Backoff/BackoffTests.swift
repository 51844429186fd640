import MartletCore
import Testing

@Suite("Backoff")
struct BackoffTests {
    /// Knuth's linear congruential generator, for the same draws in every run.
    private struct Generator: RandomNumberGenerator {
        var state: UInt64 = 1

        mutating func next() -> UInt64 {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return state
        }
    }

    @Test("the longest wait doubles until the cap")
    func ceilings() {
        let backoff = Backoff(base: .milliseconds(100), cap: .seconds(1))
        let ceilings = (0..<6).map(backoff.ceiling(attempt:))
        #expect(
            ceilings == [
                .milliseconds(100), .milliseconds(200), .milliseconds(400), .milliseconds(800),
                .seconds(1), .seconds(1),
            ]
        )
    }

    @Test("the cap holds for any number of attempts")
    func manyAttempts() {
        #expect(Backoff(cap: .seconds(30)).ceiling(attempt: .max) == .seconds(30))
        let flat = Backoff(base: .seconds(1), multiplier: 1, cap: .seconds(30))
        #expect(flat.ceiling(attempt: .max) == .seconds(1))
    }

    @Test("the wait is anything from nothing to the ceiling")
    func fullJitter() {
        let backoff = Backoff(base: .milliseconds(100), cap: .seconds(1))
        var generator = Generator()
        let draws = (0..<1000).map { _ in backoff.delay(attempt: 2, using: &generator) }
        #expect(draws.allSatisfy { $0 >= .zero && $0 <= .milliseconds(400) })
        #expect(draws.contains { $0 < .milliseconds(4) })
        #expect(draws.contains { $0 > .milliseconds(396) })
    }
}
