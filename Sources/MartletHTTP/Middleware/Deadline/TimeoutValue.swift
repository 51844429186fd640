/// How `grpc-timeout` and `X-Request-Timeout` write a duration: up to 8 digits and a unit, one of
/// `H`, `M`, `S`, `m`, `u` and `n` (the gRPC protocol over HTTP/2, "Requests").
package enum TimeoutValue {
    /// The most digits.
    package static let maximumDigits = 8

    /// Reads a value such as `1500m`; nil when it is malformed.
    package static func parse(_ text: String) -> Duration? {
        let digits = text.utf8.dropLast()
        guard let unit = text.utf8.last, (1...maximumDigits).contains(digits.count),
            digits.allSatisfy(ASCII.isDigit)
        else { return nil }
        let number = digits.reduce(Int64(0)) { $0 * 10 + Int64($1 - UInt8(ascii: "0")) }
        switch unit {
        case UInt8(ascii: "H"): return .seconds(number * 3_600)
        case UInt8(ascii: "M"): return .seconds(number * 60)
        case UInt8(ascii: "S"): return .seconds(number)
        case UInt8(ascii: "m"): return .milliseconds(number)
        case UInt8(ascii: "u"): return .microseconds(number)
        case UInt8(ascii: "n"): return .nanoseconds(number)
        default: return nil
        }
    }

    /// Writes a duration in the finest unit whose digits suffice, rounded down; `0n` for less than
    /// nothing.
    package static func format(_ duration: Duration) -> String {
        let limit: Int64 = 100_000_000
        guard duration > .zero else { return "0n" }
        let parts = duration.components
        let nanoseconds = parts.attoseconds / 1_000_000_000
        if parts.seconds == 0, nanoseconds < limit { return "\(nanoseconds)n" }
        if parts.seconds < limit / 1_000_000 {
            return "\(parts.seconds * 1_000_000 + nanoseconds / 1_000)u"
        }
        if parts.seconds < limit / 1_000 {
            return "\(parts.seconds * 1_000 + nanoseconds / 1_000_000)m"
        }
        if parts.seconds < limit { return "\(parts.seconds)S" }
        return "\(min(parts.seconds / 3_600, limit - 1))H"
    }
}
