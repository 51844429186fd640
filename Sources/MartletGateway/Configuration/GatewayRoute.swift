public import HTTPTypes

/// Which requests go to which upstreams.
///
/// A request takes the route that matches it and, among several, the one with
/// 1. the most specific host: exact, then the wildcard with the longest suffix, then any;
/// 2. the longest path prefix;
/// 3. methods of its own rather than all.
///
/// A request whose method is not among those of the most specific path and host that match it is
/// answered with 405, unless a less specific route names the method in ``methods``. A route without
/// methods of its own takes what is left over at its own path and host, and no more.
///
/// Two routes that no rule tells apart are refused.
public struct GatewayRoute: Hashable, Sendable {
    /// The host to match; nil for any.
    public var host: HostPattern?

    /// The path prefix to match, in whole segments: `/api` matches `/api` and `/api/x`, not
    /// `/apix`.
    ///
    /// `/` matches everything. Compared with case, decoded, and without the parameters of segments
    /// (`;…`), with the path that the upstream is sent: no dot segments, no empty ones.
    public var path: String

    /// The methods to match; empty for all.
    ///
    /// HEAD goes where GET goes.
    public var methods: [HTTPRequest.Method]

    /// Where to send the requests, in turn; at least one.
    public var upstreams: [UpstreamAddress]

    /// How `https` upstreams are known; nil for the system's authorities and the upstream's host.
    public var tls: UpstreamTLS?

    /// What to put in place of the matched prefix, such as `/v1`; `/` strips it; nil leaves it.
    public var rewrite: String?

    /// Which `Host` the upstream sees.
    public var hostHeader: HostHeader

    /// From sending a request to the head of its response; nil for ``GatewayTimeouts/response``.
    ///
    /// It does not bound the content after the head.
    public var timeout: Duration?

    /// Without a byte of a response's content; nil for ``GatewayTimeouts/idle``.
    public var idleTimeout: Duration?

    /// The line of the file that the route begins on, for messages.
    public var line: Int?

    /// Which `Host` an upstream sees.
    public enum HostHeader: String, Hashable, CaseIterable, Sendable {
        /// The one that the client sent.
        case preserve
        /// The upstream's own address.
        case upstream
    }

    /// The most upstreams of a route: 100.
    public static let maximumUpstreams = 100

    /// Makes a route.
    public init(
        path: String = "/",
        host: HostPattern? = nil,
        methods: [HTTPRequest.Method] = [],
        upstreams: [UpstreamAddress],
        rewrite: String? = nil,
        hostHeader: HostHeader = .preserve,
        timeout: Duration? = nil,
        idleTimeout: Duration? = nil
    ) {
        self.host = host
        self.path = path
        self.methods = methods
        self.upstreams = upstreams
        self.rewrite = rewrite
        self.hostHeader = hostHeader
        self.timeout = timeout
        self.idleTimeout = idleTimeout
    }
}

extension GatewayRoute: CustomStringConvertible {
    /// What the route matches, as in `GET example.com/api`; the name of its metrics.
    public var description: String {
        let methods = methods.map(\.rawValue).joined(separator: ",")
        return "\(methods.isEmpty ? "" : methods + " ")\(host?.description ?? "")\(path)"
    }
}
