import Foundation

/// The committed budgets: the most allocations that each operation may make.
struct Budgets {
    /// The budget of each case, by its name.
    let values: [String: Double]

    /// Reads `Benchmarks/Thresholds/allocations.json` of the project that this file is part of.
    static func committed() throws -> Budgets {
        var url = URL(fileURLWithPath: #filePath)
        for _ in 0..<4 { url.deleteLastPathComponent() }
        url.append(path: "Benchmarks/Thresholds/allocations.json")
        let data = try Data(contentsOf: url)
        return Budgets(values: try JSONDecoder().decode([String: Double].self, from: data))
    }

    /// Judges what was measured.
    ///
    /// A quarter is allowed for what a process does beside its work: a tick of the timers, a date.
    func verdict(on measured: AllocationCase, _ allocations: Double) -> Verdict {
        guard let budget = values[measured.name] else { return .unknown }
        if allocations > budget + 0.25 { return .over(budget) }
        guard allocations < budget - 0.5 else { return .kept(budget) }
        return measured.isExact ? .under(budget) : .slack(budget)
    }

    /// How a measurement stands to its budget.
    enum Verdict {
        /// Nothing is committed for this case.
        case unknown
        /// More than the budget.
        case over(Double)
        /// Fewer than there must be: the counter misses some.
        case under(Double)
        /// At the budget.
        case kept(Double)
        /// So far below that the budget ought to be lowered.
        case slack(Double)

        var passes: Bool {
            switch self {
            case .kept, .slack: true
            case .unknown, .over, .under: false
            }
        }

        var text: String {
            switch self {
            case .unknown: "FAILED: no budget is committed"
            case .over(let budget): "FAILED: the budget is \(budget)"
            case .under(let count): "FAILED: there were \(count), not all were counted"
            case .kept: "ok"
            case .slack(let budget): "ok; lower the budget of \(budget)"
            }
        }
    }
}
