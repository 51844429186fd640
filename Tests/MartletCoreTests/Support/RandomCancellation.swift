import MartletCore
import TestSupport
import Testing

/// Runs tasks side by side and cancels half of them, each after a random number of steps.
///
/// What is drawn depends on the seed alone; how the tasks interleave, on the machine.
func withRandomCancellation(
    tasks: Int,
    seed: UInt64,
    _ body: @escaping @Sendable (_ number: Int, _ random: inout SplitMix) async throws -> Void
) async {
    await withTaskGroup(of: Void.self) { group in
        for number in 0..<tasks {
            group.addTask {
                var random = SplitMix(seed: seed &+ UInt64(number) &* 0x1000)
                let isCancelled = Bool.random(using: &random)
                let patience = Int.random(in: 0..<30, using: &random)
                await withTaskGroup(of: Void.self) { inner in
                    let drawn = random
                    inner.addTask {
                        var random = drawn
                        do {
                            try await body(number, &random)
                        } catch is CancellationError {
                            #expect(isCancelled, "a task was cancelled for another's sake")
                        } catch {
                            Issue.record("\(error)")
                        }
                    }
                    guard isCancelled else { return }
                    for _ in 0..<patience { await Task.yield() }
                    inner.cancelAll()
                }
            }
        }
    }
}

/// Gives other tasks a turn until `condition` holds.
func eventually(_ condition: () -> Bool) async throws {
    while !condition() {
        try Task.checkCancellation()
        await Task.yield()
    }
}
