/// The rules about where files lie.
enum Mirror {
    /// What is wrong with the places of `paths`, one line each.
    static func report(_ paths: [String]) -> [String] {
        missingTests(paths) + foldersWithoutSource(paths)
    }

    /// The targets without tests of their own, each with its reason.
    private static let untested: [String: String] = [
        "CZlib": "a module map over the system's library",
        "MartletCLI": "argument parsing; what its commands do is tested in their own targets",
        "BenchServer": "a program to measure; the allocation budgets and `make bench` run it",
    ]

    /// The folders of tests that mirror no folder of sources: what the tests stand on, and what a
    /// guide shows.
    private static let stands: Set<String> = [
        "Support", "Fixtures", "Live", "Peers", "Fuzz", "Guide",
    ]

    private static func missingTests(_ paths: [String]) -> [String] {
        let targets = Set(
            paths.filter { $0.hasPrefix("Sources/") && $0.hasSuffix(".swift") }
                .compactMap { $0.split(separator: "/").dropFirst().first.map(String.init) }
        )
        return targets.sorted().compactMap { target in
            guard untested[target] == nil else { return nil }
            guard !paths.contains(where: { $0.hasPrefix("Tests/\(target)Tests/") }) else {
                return nil
            }
            return "Sources/\(target) has no Tests/\(target)Tests"
        }
    }

    private static func foldersWithoutSource(_ paths: [String]) -> [String] {
        let pairs = paths.compactMap { path -> (target: String, folder: String)? in
            let parts = path.split(separator: "/").map(String.init)
            guard parts.count > 3, parts[0] == "Tests", parts[1].hasSuffix("Tests") else {
                return nil
            }
            return (String(parts[1].dropLast(5)), parts[2])
        }
        var reported: Set<String> = []
        return pairs.compactMap { target, folder in
            let source = "Sources/\(target)/"
            guard !stands.contains(folder),
                paths.contains(where: { $0.hasPrefix(source) }),
                !paths.contains(where: { $0.hasPrefix("\(source)\(folder)/") }),
                reported.insert("\(target)/\(folder)").inserted
            else { return nil }
            return "Tests/\(target)Tests/\(folder) mirrors no folder of \(source)"
        }
    }
}
