import MartletCore
import Synchronization

/// How long no connection is tried after one could not be made (gRPC connection backoff).
public struct RPCConnectionBackoff: Sendable {
    /// The wait after the first failure; 1 second.
    public var initial: Duration = .seconds(1)
    /// What the wait is multiplied by for each further failure; 1.6.
    public var multiplier = 1.6
    /// The longest wait, but for chance; 2 minutes.
    public var maximum: Duration = .seconds(120)
    /// How much more or less a wait is by chance, as a part of it; 0.2.
    public var jitter = 0.2

    /// Makes the defaults, which are those of gRPC's specification.
    public init() {}

    /// The wait after a number of failures in a row, at least one.
    func delay(failures: Int, using generator: inout some RandomNumberGenerator) -> Duration {
        let ceiling = Backoff(
            base: initial,
            multiplier: max(1, multiplier),
            cap: max(initial, maximum)
        ).ceiling(attempt: failures - 1)
        return ceiling * Double.random(in: 1 - jitter...1 + jitter, using: &generator)
    }
}

/// Whether connections to a server can be made, as far as a client's calls have found out.
final class RPCConnectivity: Sendable {
    private struct State {
        var failures = 0
        var retryAt: ContinuousClock.Instant?
    }
    private let backoff: RPCConnectionBackoff
    private let state = Mutex(State())

    init(_ backoff: RPCConnectionBackoff) {
        self.backoff = backoff
    }

    /// When the next connection may be tried; nil for now.
    func retryAt(_ now: ContinuousClock.Instant) -> ContinuousClock.Instant? {
        state.withLock { state in
            guard let retryAt = state.retryAt, retryAt > now else { return nil }
            return retryAt
        }
    }

    /// The server has answered.
    func succeeded() {
        state.withLock { state in
            // Reading costs less than writing what others read.
            if state.failures > 0 { state = State() }
        }
    }

    /// No connection could be made; those that were tried at the same time count once.
    func failed(_ now: ContinuousClock.Instant) {
        state.withLock { state in
            if let retryAt = state.retryAt, retryAt > now { return }
            state.failures += 1
            var generator = SystemRandomNumberGenerator()
            let delay = backoff.delay(failures: state.failures, using: &generator)
            state.retryAt = now.advanced(by: delay)
        }
    }
}
