import Glibc

/// Counts the allocations of the operations that matter and fails when one is over its budget.
///
/// It is a program and not a test: it stands in front of `malloc`, so it must be alone in its
/// process, and what it counts means something only in a release build.
@main
struct AllocationBudgets {
    static func main() async throws {
        guard isOptimised else {
            print("Build with -c release: a debug build allocates what a release build does not.")
            exit(2)
        }
        guard try await check() else { exit(1) }
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
        let budgets = try Budgets.committed()
        let cases = try CounterCases.all + MessageCases.all + RouterCases.all()
        var failed = 0
        for measured in cases {
            let allocations = try await measured.allocationsPerOperation()
            let verdict = budgets.verdict(on: measured.name, measured: allocations)
            if !verdict.passes { failed += 1 }
            print("\(measured.name): \(allocations) allocations: \(verdict.text)")
        }
        let known = Set(cases.map(\.name))
        for name in budgets.values.keys.sorted() where !known.contains(name) {
            print("\(name): FAILED: nothing measures it")
            failed += 1
        }
        print("\(cases.count - failed) passed, \(failed) failed")
        return failed == 0
    }
}
