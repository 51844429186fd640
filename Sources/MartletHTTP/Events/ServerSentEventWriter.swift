import MartletCore
import NIOCore
import Synchronization

/// Sends events to one client; see ``Response/events(heartbeat:clock:_:)``.
///
/// Several tasks may send at the same time; each event arrives whole.
public struct ServerSentEventWriter: Sendable {
    private let body: BodyWriter
    private let turns: WriteTurns
    private let now: @Sendable () -> ContinuousClock.Instant

    init(_ body: BodyWriter, clock: some MonotonicClock) {
        self.body = body
        self.turns = WriteTurns(now: clock.now)
        self.now = { clock.now }
    }

    /// Sends an event at once; suspends while the client does not keep up.
    ///
    /// - Throws: An I/O error when the client has gone; `CancellationError`.
    public func send(_ event: ServerSentEvent) async throws {
        var buffer = ByteBuffer()
        event.write(into: &buffer)
        try await send(buffer)
    }

    /// Sends an event that has nothing but data.
    ///
    /// - Throws: An I/O error when the client has gone; `CancellationError`.
    public func send(_ data: String) async throws {
        try await send(ServerSentEvent(data: data))
    }

    private func send(_ bytes: ByteBuffer) async throws {
        await turns.begin()
        defer { turns.end(now: now()) }
        try Task.checkCancellation()
        try await body.write(bytes)
        try await body.flush()
    }

    /// Sends an empty comment whenever nothing has been sent for `interval`; never returns.
    func sendHeartbeats(every interval: Duration, clock: some MonotonicClock) async throws {
        let heartbeat = ByteBuffer(string: ":\n\n")
        while true {
            try await clock.sleep(until: turns.lastEnd + interval, tolerance: nil)
            if clock.now - turns.lastEnd >= interval {
                try await send(heartbeat)
            }
        }
    }
}

/// Lets one task write at a time, and remembers when the last was done.
private final class WriteTurns: Sendable {
    private struct State {
        var isTaken = false
        var waiting: [CheckedContinuation<Void, Never>] = []
        var lastEnd: ContinuousClock.Instant
    }

    private let state: Mutex<State>

    init(now: ContinuousClock.Instant) {
        state = Mutex(State(lastEnd: now))
    }

    var lastEnd: ContinuousClock.Instant { state.withLock { $0.lastEnd } }

    /// Waits until no other task writes.
    ///
    /// Does not heed cancellation: the task that writes does, and then it is this one's turn.
    func begin() async {
        let isFree = state.withLock { state in
            defer { state.isTaken = true }
            return !state.isTaken
        }
        guard !isFree else { return }
        await withCheckedContinuation { continuation in
            let isFree = state.withLock { state in
                guard state.isTaken else {
                    state.isTaken = true
                    return true
                }
                state.waiting.append(continuation)
                return false
            }
            if isFree {
                continuation.resume()
            }
        }
    }

    /// Gives the turn to the task that waits longest.
    func end(now: ContinuousClock.Instant) {
        let next = state.withLock { state -> CheckedContinuation<Void, Never>? in
            state.lastEnd = now
            guard !state.waiting.isEmpty else {
                state.isTaken = false
                return nil
            }
            return state.waiting.removeFirst()
        }
        next?.resume()
    }
}
