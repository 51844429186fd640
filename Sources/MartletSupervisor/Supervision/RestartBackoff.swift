/// How long to wait before a service that has ended is started again.
///
/// The delay doubles from ``initial`` up to ``maximum``, each time moved by up to ``jitter`` of
/// itself in either direction so that services that fell together do not come back together.
package struct RestartBackoff: Hashable, Sendable {
    /// The delay after the first failure.
    package var initial = Duration.milliseconds(250)
    /// The longest delay, before jitter.
    package var maximum = Duration.seconds(30)
    /// The part of the delay that chance moves it by.
    package var jitter = 0.2
    /// How long a service must have been healthy for its failures to be forgotten.
    package var stableAfter = Duration.seconds(10)

    package init() {}

    /// The delay after `failures` failures in a row.
    package func delay(
        afterFailures failures: Int,
        using generator: inout some RandomNumberGenerator
    ) -> Duration {
        precondition(failures >= 1, "There is no delay before the first failure.")
        let doublings = min(failures - 1, 30)
        let delay = min(initial * (1 << doublings), maximum)
        return delay * Double.random(in: 1 - jitter...1 + jitter, using: &generator)
    }
}
