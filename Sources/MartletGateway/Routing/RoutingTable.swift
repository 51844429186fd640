import HTTPTypes
public import MartletCore
import MartletHTTP

/// A gateway's configuration made ready: immutable, and swapped as a whole on a reload.
///
/// Finding a route allocates nothing and looks at the routes of the host one after another, the
/// longest prefix first. The turns of the upstreams and which of them failed lately belong to the
/// table and begin anew with it.
public final class RoutingTable: Sendable {
    /// The routes of one host pattern, in order of precedence.
    fileprivate struct Host: Sendable {
        /// The bytes to compare; nil matches any host.
        let name: [UInt8]?
        let isWildcard: Bool
        let routes: [CompiledRoute]
    }

    /// What routes have in common that only methods tell apart.
    private struct Place: Equatable {
        let host: Int
        let prefixLength: Int
    }

    /// What the table was made of.
    public let configuration: GatewayConfiguration

    /// How requests' header fields are changed.
    let requestFields: RequestFields

    private let hosts: [Host]
    private let paths: PathNormalization

    /// Makes a table; blocks while it reads the files of upstreams' TLS, when there are any.
    ///
    /// - Parameters:
    ///   - configuration: The routes.
    ///   - clock: What tells how long an upstream that failed is left out.
    /// - Throws: ``GatewayConfigurationError`` for routes that nothing tells apart, routes without
    ///   upstreams, and prefixes that are none.
    public convenience init(
        _ configuration: GatewayConfiguration,
        clock: any MonotonicClock = ContinuousClock()
    ) throws(GatewayConfigurationError) {
        let files = TLSFiles(reading: configuration.tlsPaths)
        try self.init(configuration, clients: UpstreamClients(), files, clock: clock)
    }

    /// Makes a table whose routes take their clients from `clients`.
    init(
        _ configuration: GatewayConfiguration,
        clients: UpstreamClients,
        _ files: TLSFiles,
        clock: any MonotonicClock = ContinuousClock()
    ) throws(GatewayConfigurationError) {
        let problems = Self.problems(in: configuration)
        guard problems.isEmpty else {
            throw GatewayConfigurationError(file: nil, problems: problems)
        }
        self.configuration = configuration
        requestFields = RequestFields(
            trustedProxies: configuration.trustedProxies,
            via: configuration.via.map { "1.1 \($0)" }
        )
        let transports = try clients.transports(for: configuration, files)
        let groups = Dictionary(grouping: zip(configuration.routes, transports), by: \.0.host)
        hosts = groups.map { host, routes in
            Host(
                name: host.map { Array($0.name.utf8) },
                isWildcard: host?.isWildcard ?? false,
                routes: routes.map { route, transport in
                    CompiledRoute(
                        route,
                        timeout: configuration.timeouts.response,
                        transport: transport,
                        clock: clock
                    )
                }.sorted(by: Self.precedes)
            )
        }.sorted(by: Self.precedes)
        paths = PathNormalization(
            keepsEncodedSlashes: configuration.encodedSlashes == .keep
        )
    }

    /// Finds the route of a request, and the target that was matched and goes on.
    ///
    /// - Throws: ``HTTPError`` with 400 for a path that is refused, 404 when no route matches, 405
    ///   when only its method is wrong.
    func route(for request: Request) throws -> (route: CompiledRoute, target: String) {
        let target: String
        do throws(PathRefusal) {
            target = try paths.normalized(request.target)
        } catch {
            throw error.error
        }
        let found = target.utf8.withContiguousStorage { bytes in
            request.authority.utf8.withContiguousStorage { authority in
                find(bytes, host: Self.host(of: authority), method: request.method)
            }
        }
        if let found { return (found, target) }
        throw missing(request, target)
    }

    /// The most specific route that takes the method.
    ///
    /// Where the most specific routes have methods of their own and this is none of them, a less
    /// specific route takes it only when it names the method itself.
    private func find(
        _ target: UnsafeBufferPointer<UInt8>,
        host name: UnsafeBufferPointer<UInt8>,
        method: HTTPRequest.Method
    ) -> CompiledRoute? {
        var fence: Place?
        for (index, host) in hosts.enumerated() where host.matches(name) {
            for route in host.routes where route.prefix.end(in: target) != nil {
                // Matching prefixes of one length are the same prefix.
                let place = Place(host: index, prefixLength: route.prefix.bytes.count)
                let isReachable = fence == nil || fence == place || !route.methods.isEmpty
                if isReachable, route.accepts(method) { return route }
                if fence == nil { fence = place }
            }
        }
        return nil
    }

    /// Why nothing matched: 405 with the methods that would, or 404.
    private func missing(_ request: Request, _ target: String) -> HTTPError {
        let methods = target.utf8.withContiguousStorage { target in
            request.authority.utf8.withContiguousStorage { authority in
                let name = Self.host(of: authority)
                return hosts.filter { $0.matches(name) }.flatMap { host in
                    host.routes.filter { $0.prefix.end(in: target) != nil }.flatMap(\.methods)
                }
            }
        }
        guard !methods.isEmpty else {
            return HTTPError(
                .notFound,
                detail: "No route leads here.",
                type: "urn:martlet:gateway:no-route"
            )
        }
        var names: [String] = []
        for method in methods where !names.contains(method.rawValue) {
            names.append(method.rawValue)
        }
        return HTTPError(
            .methodNotAllowed,
            detail: "The method is not one of \(names.joined(separator: ", ")).",
            type: "urn:martlet:gateway:method-not-allowed",
            headers: [.allow: names.joined(separator: ", ")]
        )
    }

    /// The authority without its port, and without the dot of a name that is written in full.
    private static func host(
        of authority: UnsafeBufferPointer<UInt8>
    ) -> UnsafeBufferPointer<UInt8> {
        var end = authority.count
        while end > 0, ASCII.isDigit(authority[end - 1]) { end -= 1 }
        if end > 0, authority[end - 1] == UInt8(ascii: ":") {
            end -= 1
        } else {
            end = authority.count
        }
        if end > 0, authority[end - 1] == UInt8(ascii: ".") { end -= 1 }
        return UnsafeBufferPointer(rebasing: authority[..<end])
    }
}

// MARK: - Making

extension RoutingTable {
    private static func problems(
        in configuration: GatewayConfiguration
    ) -> [GatewayConfigurationError.Problem] {
        var problems: [GatewayConfigurationError.Problem] = []
        for (index, route) in configuration.routes.enumerated() {
            func refuse(_ key: String, _ message: String) {
                let key = "routes[\(index)].\(key)"
                problems.append(.init(line: route.line, key: key, message: message))
            }
            if route.upstreams.isEmpty { refuse("upstreams", "is empty.") }
            if route.upstreams.count > GatewayRoute.maximumUpstreams {
                refuse("upstreams", "has more than \(GatewayRoute.maximumUpstreams) entries.")
            }
            if let reason = PathPrefix.reasonToRefuse(route.path) { refuse("path", reason) }
            if let reason = route.rewrite.flatMap(PathPrefix.reasonToRefuse) {
                refuse("rewrite", reason)
            }
        }
        if configuration.routes.count > GatewayConfiguration.maximumRoutes {
            let limit = GatewayConfiguration.maximumRoutes
            problems.append(.init(line: nil, key: "routes", message: "are more than \(limit)."))
        }
        return problems + RouteConflicts.problems(in: configuration.routes)
    }

    private static func precedes(_ left: Host, _ right: Host) -> Bool {
        // Exact names, then wildcards from the longest suffix on, then any host.
        let leftRank = left.name == nil ? 2 : left.isWildcard ? 1 : 0
        let rightRank = right.name == nil ? 2 : right.isWildcard ? 1 : 0
        guard leftRank == rightRank else { return leftRank < rightRank }
        return left.name?.count ?? 0 > right.name?.count ?? 0
    }

    private static func precedes(_ left: CompiledRoute, _ right: CompiledRoute) -> Bool {
        let leftCount = left.prefix.bytes.count
        let rightCount = right.prefix.bytes.count
        guard leftCount == rightCount else { return leftCount > rightCount }
        return !left.methods.isEmpty && right.methods.isEmpty
    }
}

extension RoutingTable.Host {
    /// Whether the host `other`, of any case, is this one or below it.
    fileprivate func matches(_ other: UnsafeBufferPointer<UInt8>) -> Bool {
        guard let name else { return true }
        guard isWildcard ? other.count > name.count : other.count == name.count else {
            return false
        }
        let start = other.count - name.count
        for index in 0..<name.count where ASCII.lowercased(other[start + index]) != name[index] {
            return false
        }
        return true
    }
}
