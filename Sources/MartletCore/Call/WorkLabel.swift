import Synchronization

/// The name of a piece of work that a loop may be held by, such as a route, as a small number.
///
/// Labels are interned for the life of the process, so that the watchdog can read one from another
/// thread at any moment. Make them from a program's own routes, never from input.
package struct WorkLabel: Hashable, Sendable {
    /// The position in the table of names.
    package let rawValue: UInt32

    /// Work that has not said what it is.
    package static let unknown = WorkLabel(rawValue: 0)

    private struct Table {
        var names: [String] = ["unnamed work"]
        var labels: [String: WorkLabel] = [:]
    }
    private static let table = Mutex(Table())

    package init(rawValue: UInt32) {
        self.rawValue = rawValue
    }

    /// The label of `name`; the same for the same name.
    package init(_ name: String) {
        self = Self.table.withLock { table in
            if let known = table.labels[name] { return known }
            let label = WorkLabel(rawValue: UInt32(table.names.count))
            table.names.append(name)
            table.labels[name] = label
            return label
        }
    }

    package var name: String {
        Self.table.withLock { $0.names[Int(rawValue)] }
    }
}
