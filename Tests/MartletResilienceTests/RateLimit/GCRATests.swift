import MartletResilience
import Testing

@Suite("GCRA")
struct GCRATests {
    private let second: Int64 = 1_000_000_000

    @Test("a full bucket lets the burst through and no more")
    func burst() {
        let rule = GCRA(limit: 10, per: .seconds(10), burst: 3)
        var arrivalTime: Int64?
        var remaining: [Int] = []
        for _ in 0..<3 {
            let decision = rule.decide(arrivalTime: arrivalTime, now: 0)
            #expect(decision.isAllowed)
            remaining.append(decision.remaining)
            arrivalTime = decision.arrivalTime
        }
        #expect(remaining == [2, 1, 0])
        let refused = rule.decide(arrivalTime: arrivalTime, now: 0)
        #expect(!refused.isAllowed)
        #expect(refused.remaining == 0)
        #expect(refused.retryAfter == second)
        #expect(refused.resetAfter == 3 * second)
        #expect(refused.arrivalTime == arrivalTime, "a refused request costs nothing")
    }

    @Test("one request comes back each interval, to the nanosecond")
    func refill() {
        let rule = GCRA(limit: 1, per: .seconds(1), burst: 2)
        let full = rule.fillTime
        #expect(!rule.decide(arrivalTime: full, now: second - 1).isAllowed)
        let decision = rule.decide(arrivalTime: full, now: second)
        #expect(decision.isAllowed)
        #expect(decision.retryAfter == second)
    }

    @Test("over a long time exactly the rate and one burst get through")
    func longRun() {
        let rule = GCRA(limit: 50, per: .seconds(1), burst: 7)
        var arrivalTime: Int64?
        var allowed = 0
        // A request each millisecond for ten seconds.
        for millisecond in 0..<10_000 {
            let now = Int64(millisecond) * 1_000_000
            let decision = rule.decide(arrivalTime: arrivalTime, now: now)
            arrivalTime = decision.arrivalTime
            allowed += decision.isAllowed ? 1 : 0
        }
        #expect(allowed == 7 + 499)
    }

    @Test("a bucket that was left alone is full, not more than full")
    func idle() {
        let rule = GCRA(limit: 1, per: .seconds(1), burst: 2)
        var arrivalTime: Int64? = 0
        let now = 1000 * second
        var allowed = 0
        for _ in 0..<5 {
            let decision = rule.decide(arrivalTime: arrivalTime, now: now)
            arrivalTime = decision.arrivalTime
            allowed += decision.isAllowed ? 1 : 0
        }
        #expect(allowed == 2)
    }
}
