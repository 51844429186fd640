import HTTPTypes

/// Finds routes that no rule of precedence tells apart.
enum RouteConflicts {
    /// What is wrong with the routes, a problem for each route that repeats an earlier one.
    static func problems(in routes: [GatewayRoute]) -> [GatewayConfigurationError.Problem] {
        struct Place: Hashable {
            var host: HostPattern?
            var prefix: PathPrefix
        }
        var seen: [Place: [Int]] = [:]
        var problems: [GatewayConfigurationError.Problem] = []
        for (index, route) in routes.enumerated() {
            let place = Place(host: route.host, prefix: PathPrefix(route.path))
            if let other = seen[place]?.first(where: { overlap(route, routes[$0]) }) {
                let line = routes[other].line.map { " on line \($0)" } ?? ""
                problems.append(
                    .init(
                        line: route.line,
                        key: "routes[\(index)]",
                        message: "matches the same requests as routes[\(other)]\(line):"
                            + " “\(route)” and “\(routes[other])”."
                    )
                )
            }
            seen[place, default: []].append(index)
        }
        return problems
    }

    /// Whether a method is claimed by both; all methods give way to named ones.
    private static func overlap(_ left: GatewayRoute, _ right: GatewayRoute) -> Bool {
        if left.methods.isEmpty || right.methods.isEmpty {
            return left.methods.isEmpty && right.methods.isEmpty
        }
        return left.methods.contains { right.methods.contains($0) }
    }
}
