/// What was measured, beside its budgets.
struct Report {
    private let budgets: Budgets
    private var names: Set<String> = []
    private var failed = 0

    init(budgets: Budgets) {
        self.budgets = budgets
    }

    /// Measures each case and prints how it stands to its budget.
    mutating func measure(_ cases: [AllocationCase]) async throws {
        for measured in cases {
            let allocations = try await measured.allocationsPerOperation()
            let verdict = budgets.verdict(on: measured, allocations)
            if !verdict.passes { failed += 1 }
            names.insert(measured.name)
            print("\(measured.name): \(allocations) allocations: \(verdict.text)")
        }
    }

    /// Prints the sum, and the budgets that nothing measures; true when nothing failed.
    func finish() -> Bool {
        let forgotten = budgets.values.keys.filter { !names.contains($0) }.sorted()
        for name in forgotten {
            print("\(name): FAILED: nothing measures it")
        }
        print("\(names.count - failed) passed, \(failed + forgotten.count) failed")
        return failed + forgotten.count == 0
    }
}
