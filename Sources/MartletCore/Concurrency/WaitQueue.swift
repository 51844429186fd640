import NIOCore

/// Tasks that wait, first come first served, each with what it asks for.
///
/// Belongs to a state behind a lock: waiters are appended and settled under that lock only. One
/// that is settled from outside, because it was cancelled or has waited too long, stays until it
/// reaches the front or until such ones outnumber the others, so that leaving costs no search.
struct WaitQueue<Request, Outcome: Sendable> {
    private struct Entry {
        let request: Request
        let waiter: Waiter<Outcome>
    }

    /// How many more may have left than wait before they are swept out.
    private static var slack: Int { 16 }

    private var entries = CircularBuffer<Entry>()

    /// How many wait.
    private(set) var count = 0

    var isEmpty: Bool { count == 0 }

    /// How many are stored, with those that have left.
    var storedCount: Int { entries.count }

    /// Takes a place at the end.
    mutating func append(_ request: Request) -> Waiter<Outcome> {
        let waiter = Waiter<Outcome>()
        entries.append(Entry(request: request, waiter: waiter))
        count += 1
        return waiter
    }

    /// What the first in line asks for.
    var first: Request? {
        mutating get {
            while let entry = entries.first {
                if entry.waiter.isPending { return entry.request }
                entries.removeFirst()
            }
            return nil
        }
    }

    /// Settles the first in line, who leaves it.
    mutating func settleFirst(
        _ outcome: Outcome
    ) -> (request: Request, resumption: Resumption<Outcome>)? {
        while let entry = entries.popFirst() {
            guard let resumption = entry.waiter.settle(outcome) else { continue }
            count -= 1
            return (entry.request, resumption)
        }
        return nil
    }

    /// Settles all, who leave the line.
    mutating func settleAll(_ outcome: Outcome) -> [Resumption<Outcome>] {
        defer {
            entries.removeAll()
            count = 0
        }
        return entries.compactMap { $0.waiter.settle(outcome) }
    }

    /// Settles one out of turn: it was cancelled or has waited too long.
    ///
    /// - Returns: Nil when it had left the line already.
    mutating func settle(
        _ waiter: Waiter<Outcome>,
        _ outcome: Outcome
    ) -> Resumption<Outcome>? {
        guard let resumption = waiter.settle(outcome) else { return nil }
        count -= 1
        if entries.count > 2 * count + Self.slack {
            entries.removeAll { !$0.waiter.isPending }
        }
        return resumption
    }
}
