/// A clock whose instants are those of `ContinuousClock`.
///
/// Whatever waits or measures takes one of these instead of reading the time itself, so that tests
/// run in virtual time. `ContinuousClock` is the real one.
public protocol MonotonicClock: Clock
where Instant == ContinuousClock.Instant, Duration == Swift.Duration {}

extension ContinuousClock: MonotonicClock {}
