import MartletHTTP
import TestSupport
import Testing

@Suite struct TimeoutValueTests {
    @Test(
        "every unit is read",
        arguments: [
            ("2H", Duration.seconds(7_200)), ("3M", .seconds(180)), ("4S", .seconds(4)),
            ("5m", .milliseconds(5)), ("6u", .microseconds(6)), ("7n", .nanoseconds(7)),
            ("99999999S", .seconds(99_999_999)), ("0S", .zero),
        ]
    )
    func units(_ text: String, _ duration: Duration) {
        #expect(TimeoutValue.parse(text) == duration)
    }

    @Test(
        "what has no unit, no digits, too many digits or anything else is refused",
        arguments: ["", "1", "S", "1s", "-1S", "1.5S", " 1S", "1S ", "100000000S", "１S"]
    )
    func malformed(_ text: String) {
        #expect(TimeoutValue.parse(text) == nil)
    }

    @Test("what is written is read back, rounded down by less than 1 in 25,000")
    func roundTrip() throws {
        var random = SplitMix(seed: 4)
        for _ in 0..<5_000 {
            let exponent = Int.random(in: 0..<60, using: &random)
            let nanoseconds = Int64.random(in: 1...(1 << exponent), using: &random)
            let duration = Duration.nanoseconds(nanoseconds)
            let text = TimeoutValue.format(duration)
            let read = try #require(TimeoutValue.parse(text))
            #expect(read <= duration)
            #expect(duration - read <= max(duration / 25_000, .nanoseconds(1)))
        }
        #expect(TimeoutValue.format(.seconds(-1)) == "0n")
    }
}
