import Logging
import MartletCore
import NIOCore
import Synchronization

/// Keys that are read from somewhere else, kept, and read again when they may have changed.
///
/// One reader at a time: whoever needs keys that are not there waits for it, everybody else goes on
/// with those that are. A failure keeps the keys that are there.
final class KeyCache: Sendable {
    /// How often keys are read.
    struct Pace: Sendable {
        /// The age from which keys are read again.
        var refreshInterval: Duration
        /// The shortest time between two readings for the sake of unknown keys or after a failure.
        var cooldown: Duration
    }

    private struct State {
        var set: KeySet?
        var text: ByteBuffer?
        var version = 0
        var lastSuccess: ContinuousClock.Instant?
        var lastAttempt: ContinuousClock.Instant?
        var lastFailure: TokenError?
    }

    /// The most calls that wait for the first keys; more fail at once.
    static let maximumWaiters = 10_000

    private let pace: Pace
    private let read: @Sendable () async throws -> ByteBuffer
    private let clock: any MonotonicClock
    private let logger: Logger
    private let reader = Semaphore(permits: 1, maximumWaiters: KeyCache.maximumWaiters)
    private let state = Mutex(State())

    init(
        _ pace: Pace,
        clock: any MonotonicClock,
        logger: Logger,
        read: @escaping @Sendable () async throws -> ByteBuffer
    ) {
        self.pace = pace
        self.clock = clock
        self.logger = logger
        self.read = read
    }

    /// The keys, read first when there are none or they are too old.
    func keys() async throws -> KeySet {
        let state = state.withLock { $0 }
        guard let set = state.set else { return try await firstKeys() }
        let now = clock.now
        guard let lastSuccess = state.lastSuccess, isDue(lastSuccess, pace.refreshInterval, now),
            isDue(state.lastAttempt, pace.cooldown, now), reader.tryAcquire()
        else { return set }
        defer { reader.release() }
        return (try? await refresh()) ?? set
    }

    /// The keys, read again unless they are newer than `known` or were read a moment ago.
    func keys(after known: KeySet) async throws -> KeySet {
        do {
            try await reader.acquire()
        } catch is WaitError {
            return known
        }
        defer { reader.release() }
        let state = state.withLock { $0 }
        guard state.version == known.version, isDue(state.lastAttempt, pace.cooldown, clock.now)
        else { return state.set ?? known }
        return (try? await refresh()) ?? known
    }

    private func firstKeys() async throws -> KeySet {
        do {
            try await reader.acquire()
        } catch let error as WaitError {
            throw TokenError(.keysUnavailable, "Too many calls wait for the keys.", cause: error)
        }
        defer { reader.release() }
        let state = state.withLock { $0 }
        if let set = state.set { return set }
        if let failure = state.lastFailure, !isDue(state.lastAttempt, pace.cooldown, clock.now) {
            throw failure
        }
        return try await refresh()
    }

    private func isDue(
        _ last: ContinuousClock.Instant?,
        _ interval: Duration,
        _ now: ContinuousClock.Instant
    ) -> Bool {
        last.map { $0.duration(to: now) >= interval } ?? true
    }

    private func refresh() async throws -> KeySet {
        state.withLock { [now = clock.now] in $0.lastAttempt = now }
        do {
            let text = try await read()
            if let set = unchanged(text) { return set }
            return store(try await KeySet(json: text), text)
        } catch let error as CancellationError {
            // The caller has gone; that says nothing of the keys.
            state.withLock { $0.lastAttempt = nil }
            throw error
        } catch {
            logger.error("Keys could not be read.", metadata: ["error": "\(error)"])
            let failure = TokenError(.keysUnavailable, "The keys cannot be had.", cause: error)
            state.withLock { $0.lastFailure = failure }
            throw failure
        }
    }

    private func unchanged(_ text: ByteBuffer) -> KeySet? {
        state.withLock { [now = clock.now] state in
            guard let set = state.set, state.text == text else { return nil }
            state.lastSuccess = now
            return set
        }
    }

    private func store(_ set: KeySet, _ text: ByteBuffer) -> KeySet {
        state.withLock { [now = clock.now] state in
            state.version += 1
            var set = set
            set.version = state.version
            state.set = set
            state.text = text
            state.lastSuccess = now
            state.lastFailure = nil
            return set
        }
    }
}
