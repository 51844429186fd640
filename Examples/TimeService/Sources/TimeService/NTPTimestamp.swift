import Foundation

/// A time as NTP writes it: seconds since 1900, and 32 bits of their fractions (RFC 4330 §3).
///
/// The seconds overflow in 2036. Differences do not mind, as long as the two times are within 68
/// years of each other.
struct NTPTimestamp: Hashable, Sendable {
    /// What says that there is no time.
    static let unknown = NTPTimestamp(bits: 0)
    /// From 1900 to 1970.
    private static let secondsTo1970 = 2_208_988_800.0

    /// The seconds in the upper half, the fractions in the lower.
    let bits: UInt64

    /// Makes a timestamp of its 64 bits.
    init(bits: UInt64) {
        self.bits = bits
    }

    /// Makes the timestamp of a time of day.
    init(_ date: Date) {
        let seconds = date.timeIntervalSince1970 + Self.secondsTo1970
        let whole = seconds.rounded(.down)
        let fraction = UInt64((seconds - whole) * 4_294_967_296)
        bits = UInt64(whole) << 32 + fraction
    }

    /// How much later this time is than another; negative when it is earlier.
    func since(_ other: NTPTimestamp) -> Duration {
        let difference = Int64(bitPattern: bits &- other.bits)
        return .nanoseconds((Int128(difference) * 1_000_000_000) >> 32)
    }

    /// The time that is later by a duration.
    func advanced(by duration: Duration) -> NTPTimestamp {
        let (seconds, attoseconds) = duration.components
        let fraction = (Int128(attoseconds) << 32) / 1_000_000_000_000_000_000
        let difference = Int64(truncatingIfNeeded: Int128(seconds) << 32 + fraction)
        return NTPTimestamp(bits: bits &+ UInt64(bitPattern: difference))
    }
}
