extension Duration {
    /// Milliseconds, cut off after the microseconds.
    package var millisecondsToMicrosecond: Double {
        let parts = components
        let microseconds = parts.seconds * 1_000_000 + parts.attoseconds / 1_000_000_000_000
        return Double(microseconds) / 1_000
    }

    /// Nanoseconds, cut off; for durations under 292 years.
    package var wholeNanoseconds: Int64 {
        let parts = components
        return parts.seconds &* 1_000_000_000 &+ parts.attoseconds / 1_000_000_000
    }
}
