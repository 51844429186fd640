import HTTPTypes

/// The rules of all methods, by the segments of their paths.
///
/// A literal is preferred to `*`, and that to `**`, from the left. A search visits a node at most
/// once, because the way to a node says where in the path it is; so it is bounded by the number of
/// rules, however the path is made.
struct TranscodingRoutes: Sendable {
    private struct Node {
        var literals: [String: Int] = [:]
        var any: Int?
        var ends = Ends()
        var rests = Ends()
    }

    /// What ends at a node: routes by their verb, then by their method.
    private struct Ends {
        var byVerb: [String: [TranscodingRoute]] = [:]
    }

    private var nodes = [Node()]

    /// What a path comes to.
    struct Found {
        /// The route of the path and the method.
        var route: TranscodingRoute?
        /// The methods that the path has, when there is no route for the request's.
        var allowed: [String] = []
    }

    var isEmpty: Bool { nodes.count == 1 && nodes[0].ends.byVerb.isEmpty }

    /// Adds a route.
    ///
    /// - Throws: ``TranscodingError`` that names both when another has its requests.
    mutating func add(_ route: TranscodingRoute) throws(TranscodingError) {
        var node = 0
        var endsInRest = false
        for segment in route.template.segments {
            switch segment {
            case .literal(let text):
                node = child(of: node, literal: text)
            case .any:
                if let next = nodes[node].any {
                    node = next
                } else {
                    nodes.append(Node())
                    nodes[node].any = nodes.count - 1
                    node = nodes.count - 1
                }
            case .rest:
                endsInRest = true
            }
        }
        let path = endsInRest ? \Node.rests : \Node.ends
        let verb = route.template.verb ?? ""
        let others = nodes[node][keyPath: path].byVerb[verb, default: []]
        if let other = others.first(where: { $0.rule.method == route.rule.method }) {
            throw TranscodingError(
                "The rule '\(route.rule)' of \(route.method.name) answers the same requests as "
                    + "'\(other.rule)' of \(other.method.name)."
            )
        }
        nodes[node][keyPath: path].byVerb[verb] = others + [route]
    }

    private mutating func child(of node: Int, literal text: String) -> Int {
        if let next = nodes[node].literals[text] { return next }
        nodes.append(Node())
        nodes[node].literals[text] = nodes.count - 1
        return nodes.count - 1
    }
}

// MARK: - Searching

extension TranscodingRoutes {
    /// Finds the route of a request; that of a verb before one for which the verb is text.
    func find(_ method: HTTPRequest.Method, _ path: TranscodingPath) -> Found {
        var found = Found()
        if let verb = path.verb {
            search(method, path.withoutVerb, verb, at: 0, node: 0, &found)
        }
        if found.route == nil { search(method, path.segments, "", at: 0, node: 0, &found) }
        return found
    }

    private func search(
        _ method: HTTPRequest.Method,
        _ segments: [TranscodingPath.Segment],
        _ verb: String,
        at position: Int,
        node index: Int,
        _ found: inout Found
    ) {
        let node = nodes[index]
        if position == segments.count {
            take(node.ends, method, verb, &found)
        } else {
            if let next = node.literals[segments[position].decoded] {
                search(method, segments, verb, at: position + 1, node: next, &found)
            }
            if found.route == nil, let next = node.any, !segments[position].raw.isEmpty {
                search(method, segments, verb, at: position + 1, node: next, &found)
            }
        }
        if found.route == nil { take(node.rests, method, verb, &found) }
    }

    private func take(
        _ ends: Ends,
        _ method: HTTPRequest.Method,
        _ verb: String,
        _ found: inout Found
    ) {
        guard let routes = ends.byVerb[verb] else { return }
        let wanted: (TranscodingRoute) -> Bool = { $0.rule.method == method }
        found.route =
            routes.first(where: wanted)
            ?? (method == .head ? routes.first { $0.rule.method == .get } : nil)
            ?? routes.first { $0.rule.method == nil }
        if found.route == nil {
            for route in routes {
                guard let name = route.rule.method?.rawValue else { continue }
                if !found.allowed.contains(name) { found.allowed.append(name) }
            }
        }
    }
}
