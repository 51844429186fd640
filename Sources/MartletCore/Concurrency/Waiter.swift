import Synchronization

/// A task that waits: settled once, by whoever comes first, and suspended until then.
///
/// Its owner settles it under the owner's own lock and resumes the task when that is released, so
/// that no code of others runs under it.
final class Waiter<Outcome: Sendable>: Sendable {
    private enum State {
        /// Its task has not suspended yet.
        case pending
        // Sound because `settle` takes the continuation out, so that it is resumed once.
        case suspended(UnsafeContinuation<Outcome, Never>)
        /// Settled before its task suspended.
        case settled(Outcome)
        /// Its task goes on.
        case resumed
    }

    private let state = Mutex(State.pending)

    /// Whether nothing has been decided.
    var isPending: Bool {
        state.withLock { state in
            switch state {
            case .pending, .suspended: true
            case .settled, .resumed: false
            }
        }
    }

    /// Decides the outcome.
    ///
    /// - Returns: What resumes the task, or nil when another outcome was decided before.
    func settle(_ outcome: Outcome) -> Resumption<Outcome>? {
        state.withLock { state in
            switch state {
            case .pending:
                state = .settled(outcome)
                return Resumption(continuation: nil, outcome: outcome)
            case .suspended(let continuation):
                state = .resumed
                return Resumption(continuation: continuation, outcome: outcome)
            case .settled, .resumed:
                return nil
            }
        }
    }

    /// Waits for the outcome.
    ///
    /// - Parameter onCancel: Is called when the task is cancelled, and should settle the waiter.
    /// - Returns: What was decided.
    func outcome(onCancel: @Sendable () -> Void) async -> Outcome {
        await withTaskCancellationHandler {
            // Sound because it is resumed once: here, or by the one `Resumption` there is.
            await withUnsafeContinuation { continuation in
                let settled: Outcome? = state.withLock { state in
                    if case .settled(let outcome) = state {
                        state = .resumed
                        return outcome
                    }
                    state = .suspended(continuation)
                    return nil
                }
                if let settled { continuation.resume(returning: settled) }
            }
        } onCancel: {
            onCancel()
        }
    }

    /// Waits for the outcome until `deadline`; without one, as long as it takes.
    ///
    /// - Parameters:
    ///   - deadline: When `onTimeout` is called.
    ///   - clock: The clock that `deadline` is read on.
    ///   - onCancel: Is called when the task is cancelled, and should settle the waiter.
    ///   - onTimeout: Should settle the waiter.
    /// - Returns: What was decided.
    func outcome(
        until deadline: ContinuousClock.Instant?,
        clock: any MonotonicClock,
        onCancel: @Sendable () -> Void,
        onTimeout: @escaping @Sendable () -> Void
    ) async -> Outcome {
        guard let deadline else { return await outcome(onCancel: onCancel) }
        return await withTaskGroup(of: Void.self) { group in
            group.addTask {
                // A sleep that is cut short means that the wait is over.
                guard (try? await clock.sleep(until: deadline, tolerance: nil)) != nil else {
                    return
                }
                onTimeout()
            }
            defer { group.cancelAll() }
            return await outcome(onCancel: onCancel)
        }
    }
}

/// What makes the task of a settled ``Waiter`` go on; to be resumed once, outside of any lock.
struct Resumption<Outcome: Sendable>: Sendable {
    // Sound because a waiter hands it out once, and whoever gets it resumes it.
    fileprivate let continuation: UnsafeContinuation<Outcome, Never>?
    fileprivate let outcome: Outcome

    func resume() {
        continuation?.resume(returning: outcome)
    }
}
