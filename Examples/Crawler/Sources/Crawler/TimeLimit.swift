/// The work was not done in time.
struct TimeLimitError: Error {}

/// Does some work, and cancels it when its time is up.
///
/// Two tasks race, and the group outlives neither: whichever ends first, the other is cancelled.
///
/// - Throws: ``TimeLimitError`` when the time was up first; what the work throws.
func withTimeLimit<Result: Sendable>(
    _ limit: Duration,
    _ work: @escaping @Sendable () async throws -> Result
) async throws -> Result {
    try await withThrowingTaskGroup(of: Result?.self) { group in
        group.addTask { try await work() }
        group.addTask {
            try await ContinuousClock().sleep(for: limit)
            return nil
        }
        defer { group.cancelAll() }
        guard let first = try await group.next(), let result = first else { throw TimeLimitError() }
        return result
    }
}
