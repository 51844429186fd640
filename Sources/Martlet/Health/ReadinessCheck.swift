import MartletCore

/// One thing that must work for a service to be ready.
struct ReadinessCheck: Sendable {
    /// How a check ended.
    enum Outcome: Sendable {
        case ready
        case failed(any Error)
        case timedOut
    }

    let name: String
    let check: @Sendable () async throws -> Void

    /// Runs the check, for at most `timeout`.
    ///
    /// A check that does not heed cancellation is waited for.
    func run(timeout: Duration, clock: any MonotonicClock) async -> Outcome {
        await withTaskGroup(of: Outcome?.self) { group in
            group.addTask {
                do {
                    try await check()
                    return .ready
                } catch {
                    return .failed(error)
                }
            }
            group.addTask {
                do {
                    try await clock.sleep(for: timeout)
                    return .timedOut
                } catch {
                    return nil
                }
            }
            defer { group.cancelAll() }
            for await outcome in group {
                if let outcome { return outcome }
            }
            return .timedOut
        }
    }
}
