import Synchronization

/// Takes a share of what it is asked about, spread evenly: one in two takes every other one.
///
/// The golden ratio's multiples fall evenly over the unit interval (Weyl's equidistribution), so
/// that no random numbers are needed and the share is exact over short runs too.
final class Sampler: Sendable {
    private let threshold: UInt64
    private let takesAll: Bool
    private let position = Atomic<UInt64>(0)

    init(rate: Double) {
        assert((0...1).contains(rate), "a sample rate lies between 0 and 1")
        takesAll = rate >= 1
        threshold = takesAll ? .max : UInt64(rate * 0x1p64)
    }

    /// Whether this one is taken.
    func takes() -> Bool {
        if takesAll { return true }
        if threshold == 0 { return false }
        let step: UInt64 = 0x9E37_79B9_7F4A_7C15
        return position.wrappingAdd(step, ordering: .relaxed).newValue < threshold
    }
}
