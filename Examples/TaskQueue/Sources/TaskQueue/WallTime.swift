import Foundation
import GRDB

/// A time of day, in milliseconds since 1970.
///
/// A lease is looked at by other processes, and after the machine was started anew; so it must be
/// counted by the wall clock, although that may be set back.
struct WallTime: RawRepresentable, Codable, Comparable, Sendable {
    let rawValue: Int64

    /// The time of day.
    static func now() -> WallTime {
        WallTime(rawValue: Int64(Date.now.timeIntervalSince1970 * 1000))
    }

    static func < (left: WallTime, right: WallTime) -> Bool { left.rawValue < right.rawValue }

    static func + (time: WallTime, duration: Duration) -> WallTime {
        let (seconds, attoseconds) = duration.components
        return WallTime(
            rawValue: time.rawValue + seconds * 1000 + attoseconds / 1_000_000_000_000_000
        )
    }
}

extension WallTime: DatabaseValueConvertible {}
