import CMallocCount

/// Something whose allocations are counted.
struct AllocationCase: Sendable {
    /// What it is called in the file of budgets.
    let name: String

    /// Whether fewer allocations than the budget are a failure too.
    var isExact = false

    /// Does it `count` times.
    let run: @Sendable (_ count: Int) async throws -> Void

    /// How often one operation asks for memory, once everything is warm.
    ///
    /// The count is of the whole process, so nothing else may run meanwhile. The lowest of five
    /// rounds counts: what a timer or a growing table adds now and then is not the operation's.
    func allocationsPerOperation() async throws -> Double {
        let operations = 1000
        try await run(operations)
        var lowest = UInt64.max
        for _ in 0..<5 {
            let before = martlet_malloc_count()
            try await run(operations)
            lowest = min(lowest, martlet_malloc_count() - before)
        }
        return Double(lowest) / Double(operations)
    }
}
