// FoundationEssentials: the time of day is `Date`'s; the standard library has no clock for it.
import FoundationEssentials

/// Tells the time of day, which tokens are valid by.
public struct WallClock: Sendable {
    private let read: @Sendable () -> Double

    /// Makes a clock.
    ///
    /// - Parameter secondsSinceEpoch: The seconds since 1970-01-01T00:00:00Z, without leap seconds.
    public init(secondsSinceEpoch: @escaping @Sendable () -> Double) {
        read = secondsSinceEpoch
    }

    /// The system's clock.
    public static let system = WallClock { Date().timeIntervalSince1970 }

    /// The seconds since 1970-01-01T00:00:00Z.
    public var secondsSinceEpoch: Double { read() }
}
