/// Orders names so that each comes after those it depends on.
package enum DependencyOrder {
    /// Names that depend on each other in a circle: the first is repeated at the end.
    package struct Cycle: Error, Hashable, Sendable {
        package var path: [String]
    }

    /// Orders `names`; those that do not depend on each other keep their order.
    ///
    /// - Parameters:
    ///   - names: What to order.
    ///   - dependencies: The names that a name depends on; each must be among `names`.
    /// - Returns: The names in order.
    /// - Throws: ``Cycle`` for the first circle found.
    package static func sorted(
        _ names: [String],
        dependencies: [String: [String]]
    ) throws(Cycle) -> [String] {
        var ordered: [String] = []
        var done: Set<String> = []
        var path: [String] = []
        for name in names {
            try visit(name, dependencies, &path, &done, &ordered)
        }
        return ordered
    }

    /// Depth first; as deep as the longest chain of dependencies, which `maximumServices` bounds.
    private static func visit(
        _ name: String,
        _ dependencies: [String: [String]],
        _ path: inout [String],
        _ done: inout Set<String>,
        _ ordered: inout [String]
    ) throws(Cycle) {
        guard !done.contains(name) else { return }
        if let start = path.firstIndex(of: name) {
            throw Cycle(path: path[start...] + [name])
        }
        path.append(name)
        for dependency in dependencies[name] ?? [] {
            try visit(dependency, dependencies, &path, &done, &ordered)
        }
        path.removeLast()
        done.insert(name)
        ordered.append(name)
    }
}
