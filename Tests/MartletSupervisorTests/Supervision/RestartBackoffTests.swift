import MartletSupervisor
import TestSupport
import Testing

@Suite("The delay before a restart")
struct RestartBackoffTests {
    @Test("doubles from its beginning to its limit")
    func doubling() {
        var backoff = RestartBackoff()
        backoff.jitter = 0
        var random = SplitMix(seed: 1)
        let delays = [1, 2, 3, 7, 8, 9, 1_000].map {
            backoff.delay(afterFailures: $0, using: &random)
        }
        #expect(
            delays == [
                .milliseconds(250), .milliseconds(500), .seconds(1), .seconds(16), .seconds(30),
                .seconds(30), .seconds(30),
            ]
        )
    }

    @Test("is moved by chance within its bounds, in both directions")
    func jitter() {
        let backoff = RestartBackoff()
        var random = SplitMix(seed: 2)
        let delays = (0..<1_000).map { _ in backoff.delay(afterFailures: 3, using: &random) }
        #expect(delays.allSatisfy { $0 >= .milliseconds(800) && $0 <= .milliseconds(1200) })
        #expect(delays.contains { $0 < .milliseconds(900) })
        #expect(delays.contains { $0 > .milliseconds(1100) })
    }
}
