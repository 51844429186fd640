import HTTPTypes
import MartletCore

/// Gathers the routes of a router and its groups, refuses conflicts, and builds the table.
struct RouteCompilation {
    /// One pattern: which route answers each method.
    private struct Endpoint {
        var pattern: String
        /// The layers around the pattern's first route; they go around 405 and OPTIONS too.
        var layers: [any Middleware<Request, Response>]
        var byMethod = [Int?](repeating: nil, count: RouteMethod.count)
        var extensions: [(method: HTTPRequest.Method, route: Int)] = []
        var any: Int?
    }

    private var tree = RouteTree()
    private var endpoints: [Endpoint] = []
    private var routes: [CompiledRoute] = []

    /// Adds the routes of `router`.
    ///
    /// - Parameters:
    ///   - router: What was registered.
    ///   - prefix: The prefixes of the groups around it.
    ///   - layers: The middleware of the groups around it, the outermost first.
    /// - Throws: What is wrong with a pattern, or a conflict.
    mutating func add(
        _ router: Router,
        prefix: String,
        layers: [any Middleware<Request, Response>]
    ) throws(RouterError) {
        let layers = layers + router.layers
        for entry in router.entries {
            switch entry {
            case .route(let method, let pattern, let handler):
                let pattern = try RoutePattern(prefix + pattern)
                try add(method, pattern, handler: handler, layers: layers)
            case .bare(let pattern, let handler):
                try add(nil, try RoutePattern(prefix + pattern), handler: handler, layers: [])
            case .group(let inner, let group):
                guard inner.isEmpty || (inner.hasPrefix("/") && !inner.hasSuffix("/")) else {
                    throw RouterError(
                        .invalidPattern,
                        "The prefix '\(inner)' does not begin with '/', or ends with it."
                    )
                }
                try add(group, prefix: prefix + inner, layers: layers)
            }
        }
    }

    private mutating func add(
        _ method: HTTPRequest.Method?,
        _ pattern: RoutePattern,
        handler: any Handler<Request, Response>,
        layers: [any Middleware<Request, Response>]
    ) throws(RouterError) {
        let index = tree.insert(pattern.parts, newEndpoint: endpoints.count)
        if index == endpoints.count {
            endpoints.append(Endpoint(pattern: pattern.text, layers: layers))
        }
        let name = "\(method?.rawValue ?? "ANY") \(pattern.text)"
        if let present = route(at: index, for: method) {
            throw RouterError(
                .conflict,
                "The routes '\(routes[present].name ?? "")' and '\(name)' answer the same requests."
            )
        }
        let route = routes.count
        routes.append(
            CompiledRoute(
                name: name,
                parameterNames: pattern.parameterNames,
                handler: FusedHandler.wrap(handler, in: layers)
            )
        )
        guard let method else {
            endpoints[index].any = route
            return
        }
        if let slot = RouteMethod.index(of: method) {
            endpoints[index].byMethod[slot] = route
        } else {
            endpoints[index].extensions.append((method, route))
        }
    }

    private func route(at endpoint: Int, for method: HTTPRequest.Method?) -> Int? {
        guard let method else { return endpoints[endpoint].any }
        guard let slot = RouteMethod.index(of: method) else {
            return endpoints[endpoint].extensions.first { $0.method == method }?.route
        }
        return endpoints[endpoint].byMethod[slot]
    }

    /// Builds the table; `layers` go around what no pattern answers.
    consuming func finish(layers: [any Middleware<Request, Response>]) -> RouteTable {
        let names = routes.compactMap(\.name)
        func answer(_ answer: RouterAnswer, in layers: [any Middleware<Request, Response>]) -> Int {
            routes.append(
                CompiledRoute(
                    name: nil,
                    parameterNames: [],
                    handler: FusedHandler.wrap(answer, in: layers)
                )
            )
            return routes.count - 1
        }
        let notFound = answer(.notFound, in: layers)
        let badPath = answer(.badPath, in: layers)
        let everywhere = RouteMethod.all.enumerated().filter { slot, _ in
            endpoints.contains { $0.byMethod[slot] != nil || $0.any != nil }
        }
        let serverAllow = RouteCompilation.allow(everywhere.map(\.element), [])
        let server = answer(.otherMethod(allow: serverAllow), in: layers)
        var compiled: [RouteEndpoint] = []
        for endpoint in endpoints {
            let present = RouteMethod.all.enumerated().filter {
                endpoint.byMethod[$0.offset] != nil
            }
            let allow = RouteCompilation.allow(
                present.map(\.element),
                endpoint.extensions.map(\.method)
            )
            let fallback =
                endpoint.any ?? answer(.otherMethod(allow: allow), in: endpoint.layers)
            var byMethod = InlineArray<9, Int32>(repeating: Int32(fallback))
            for slot in 0..<RouteMethod.count {
                let isHead = slot == RouteMethod.head
                let route =
                    endpoint.byMethod[slot] ?? (isHead ? endpoint.byMethod[RouteMethod.get] : nil)
                if let route {
                    byMethod[slot] = Int32(route)
                }
            }
            compiled.append(
                RouteEndpoint(
                    byMethod: byMethod,
                    extensions: endpoint.extensions,
                    fallback: fallback
                )
            )
        }
        return RouteTable(
            index: tree.flattened(),
            endpoints: compiled,
            routes: routes,
            names: names,
            notFound: notFound,
            badPath: badPath,
            server: server
        )
    }

    /// The value of `Allow`: the methods, with HEAD where there is GET, and OPTIONS.
    private static func allow(
        _ standard: [HTTPRequest.Method],
        _ extensions: [HTTPRequest.Method]
    ) -> String {
        var present = Set(standard)
        if present.contains(.get) {
            present.insert(.head)
        }
        present.insert(.options)
        let methods = RouteMethod.all.filter(present.contains) + extensions
        return methods.map(\.rawValue).joined(separator: ", ")
    }
}
