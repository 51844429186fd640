import Synchronization

extension Pool {
    /// Looks at the deadlines of all who wait, so that none of them needs a timer.
    ///
    /// Whoever joins the line before the next look and whose deadline comes after it is seen then;
    /// only who cannot wait that long has a timer of its own.
    func keepTime() async throws {
        defer { state.withLock { $0.nextLook = nil } }
        while true {
            let (late, next) = look()
            for resumption in late { resumption.resume() }
            try await clock.sleep(until: next, tolerance: nil)
        }
    }

    private func look() -> (late: [Resumption<Grant>], next: ContinuousClock.Instant) {
        let now = clock.now
        return state.withLock { state in
            let late = state.machine.leaveAll { $0.deadline <= now }
            var next = now.advanced(by: configuration.upkeepInterval)
            for waiting in state.machine.waiting { next = min(next, waiting.deadline) }
            state.nextLook = next
            return (late.compactMap { state.refuse($0, .timedOut) }, next)
        }
    }
}
