import HTTPTypes
import MartletCore

/// A route with everything that is known of it, by reference: it is handed on with every request.
final class CompiledRoute: Sendable {
    /// Method and pattern, which is nil for the router's own answers, and the parameters.
    let named: RouteName
    /// What the watchdog and the layers around call the route; unknown without a name.
    let label: WorkLabel
    let handler: any Handler<Request, Response>
    /// The same handler, when it does not suspend.
    let synchronousHandler: (any SynchronousHandler<Request, Response>)?

    var name: String? { named.name }

    init(
        name: String?,
        parameterNames: [String],
        handler: any Handler<Request, Response>
    ) {
        named = RouteName(name, parameterNames: parameterNames)
        self.label = name.map(WorkLabel.init) ?? .unknown
        self.handler = handler
        synchronousHandler = handler as? any SynchronousHandler<Request, Response>
    }
}

/// The routes of one pattern by method; every method has one.
struct RouteEndpoint: Sendable {
    /// The route of each standard method.
    let byMethod: InlineArray<9, Int32>
    /// The routes of other methods.
    let extensions: [(method: HTTPRequest.Method, route: Int)]
    /// The route of all methods that have none of their own.
    let fallback: Int

    func route(for method: HTTPRequest.Method) -> Int {
        if let slot = RouteMethod.index(of: method) {
            return Int(byMethod[slot])
        }
        return extensions.first { $0.method == method }?.route ?? fallback
    }
}

/// All routes of a router, and the index that finds them.
///
/// A class, so that handing the router on is one reference.
final class RouteTable: Sendable {
    let index: RouteIndex
    let endpoints: [RouteEndpoint]
    let routes: [CompiledRoute]
    /// The names of the registered routes, in their order.
    let names: [String]
    /// The route for paths that no pattern matches.
    let notFound: Int
    /// The route for paths that cannot be matched safely.
    let badPath: Int
    /// The route of `OPTIONS *`.
    let server: Int

    init(
        index: RouteIndex,
        endpoints: [RouteEndpoint],
        routes: [CompiledRoute],
        names: [String],
        notFound: Int,
        badPath: Int,
        server: Int
    ) {
        self.index = index
        self.endpoints = endpoints
        self.routes = routes
        self.names = names
        self.notFound = notFound
        self.badPath = badPath
        self.server = server
    }

    /// Finds the route of a request; always finds one.
    ///
    /// Allocates nothing.
    ///
    /// - Parameters:
    ///   - method: The method of the request.
    ///   - target: The target of the request.
    ///   - captures: Takes what the parameters match.
    /// - Returns: The index of the route in ``routes``.
    func find(
        _ method: HTTPRequest.Method,
        _ target: String,
        captures: inout RouteCaptures
    ) -> Int {
        let bytes = target.utf8.span
        let scan = PathScan(bytes)
        guard scan.isSafe else { return badPath }
        let path = bytes.extracting(0..<scan.end)
        let endpoint = index.find(path, isEncoded: scan.isEncoded, captures: &captures)
        guard endpoint >= 0 else {
            return method == .options && target == "*" ? server : notFound
        }
        return endpoints[endpoint].route(for: method)
    }
}
