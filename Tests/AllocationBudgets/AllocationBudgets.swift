import Glibc

/// Counts the allocations of the operations that matter and fails when one is over its budget.
///
/// It is a program and not a test: it stands in front of `malloc`, so it must be alone in its
/// process, and what it counts means something only in a release build.
@main
struct AllocationBudgets {
    static func main() async {
        guard isOptimised else {
            print("Build with -c release: a debug build allocates what a release build does not.")
            exit(2)
        }
        do {
            guard try await check() else { exit(1) }
        } catch {
            print("The allocations could not be counted: \(error)")
            exit(2)
        }
    }

    private static var isOptimised: Bool {
        #if DEBUG
        false
        #else
        true
        #endif
    }

    /// Prints every measurement; true when all keep their budgets.
    private static func check() async throws -> Bool {
        var report = Report(budgets: try Budgets.committed())
        try await report.measure(CounterCases.all + MessageCases.all + RouterCases.all())
        try await ServerCases.run { try await report.measure($0) }
        try await RPCCases.run { try await report.measure($0) }
        return report.finish()
    }
}
