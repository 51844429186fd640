import HTTPTypes
import MartletCore
import MartletHTTP

/// A route made ready for matching and forwarding.
final class CompiledRoute: Sendable {
    let name: RouteName
    let prefix: PathPrefix
    let methods: [HTTPRequest.Method]
    let upstreams: UpstreamGroup
    let preservesHost: Bool
    let timeout: Duration?
    /// For the watchdog and for metrics.
    let label: WorkLabel
    /// What stands in place of the prefix, encoded and without a slash at the end; nil leaves it.
    private let replacement: [UInt8]?

    init(
        _ route: GatewayRoute,
        timeout: Duration?,
        transport: (any Handler<Request, Response>)?,
        clock: any MonotonicClock
    ) {
        name = RouteName(route.description)
        prefix = PathPrefix(route.path)
        var methods = route.methods
        if methods.contains(.get), !methods.contains(.head) { methods.append(.head) }
        self.methods = methods
        upstreams = UpstreamGroup(route.upstreams, transport: transport, clock: clock)
        preservesHost = route.hostHeader == .preserve
        self.timeout = route.timeout ?? timeout
        label = WorkLabel(route.description)
        replacement = route.rewrite.map { rewrite in
            Array(rewrite.utf8.reversed().drop { $0 == UInt8(ascii: "/") }.reversed())
        }
    }

    func accepts(_ method: HTTPRequest.Method) -> Bool {
        methods.isEmpty || methods.contains(method)
    }

    /// The target for the upstream: `target`, which is normal, itself unless the route rewrites.
    func rewritten(_ target: String) -> String {
        guard let replacement else { return target }
        // `*` and CONNECT's authority have no prefix to replace.
        guard
            target.utf8.first == UInt8(ascii: "/"),
            let end = target.utf8.withContiguousStorage(prefix.end(in:))
        else { return target }
        let rest = target.utf8.dropFirst(end)
        var rewritten = replacement
        rewritten.reserveCapacity(replacement.count + rest.count + 1)
        if rest.first != UInt8(ascii: "/"), replacement.isEmpty {
            rewritten.append(UInt8(ascii: "/"))
        }
        rewritten.append(contentsOf: rest)
        return String(decoding: rewritten, as: UTF8.self)
    }
}
