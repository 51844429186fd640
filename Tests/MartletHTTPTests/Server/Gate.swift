import MartletHTTP
import Synchronization

/// Something that handlers wait at until a test opens it, one at a time or for good.
final class Gate: Sendable {
    private struct State {
        var isOpen = false
        var waiters: [CheckedContinuation<Void, any Error>] = []
        var arrivals = 0
        var cancellations = 0
    }
    private let state = Mutex(State())

    /// How many have come here.
    var arrivals: Int { state.withLock { $0.arrivals } }
    /// How many were cancelled while they waited.
    var cancellations: Int { state.withLock { $0.cancellations } }

    func wait() async throws {
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                let outcome: Result<Void, any Error>? = state.withLock { state in
                    state.arrivals += 1
                    if state.isOpen { return .success(()) }
                    if Task.isCancelled {
                        state.cancellations += 1
                        return .failure(CancellationError())
                    }
                    state.waiters.append(continuation)
                    return nil
                }
                if let outcome { continuation.resume(with: outcome) }
            }
        } onCancel: {
            let waiters = state.withLock { state in
                defer { state.waiters = [] }
                state.cancellations += state.waiters.count
                return state.waiters
            }
            for waiter in waiters { waiter.resume(throwing: CancellationError()) }
        }
    }

    /// Lets the first who waits pass.
    func letOnePass() {
        let first = state.withLock { $0.waiters.isEmpty ? nil : $0.waiters.removeFirst() }
        first?.resume()
    }

    /// Lets everybody pass from now on.
    func open() {
        let waiters = state.withLock { state in
            state.isOpen = true
            defer { state.waiters = [] }
            return state.waiters
        }
        for waiter in waiters { waiter.resume() }
    }

    /// Waits, in real time, until `count` have come here.
    func waitForArrivals(_ count: Int) async throws {
        while arrivals < count { try await Task.sleep(for: .milliseconds(2)) }
    }

    /// Waits, in real time, until `count` were cancelled here.
    func waitForCancellations(_ count: Int) async throws {
        while cancellations < count { try await Task.sleep(for: .milliseconds(2)) }
    }
}
