public import MartletHTTP

/// What a gateway does: its routes, and whom it believes.
///
/// Written by hand, or read from YAML.
public struct GatewayConfiguration: Hashable, Sendable {
    /// Where `martlet gateway` listens, as `HOST:PORT` or `unix:PATH`.
    ///
    /// `127.0.0.1:8080` when nil.
    public var listen: String?

    /// TLS for every connection of `martlet gateway`'s listener; nil, the default, for none.
    public var tls: GatewayTLS?

    /// The proxies in front, whose `X-Forwarded-*` and `Forwarded` are passed on.
    ///
    /// What anybody else says in them is replaced. Nobody by default.
    public var trustedProxies: TrustedProxies

    /// The name to put into `Via` (RFC 9110 §7.6.3); nil, the default, for no such field.
    public var via: String?

    /// How long upstreams may take.
    public var timeouts: GatewayTimeouts

    /// The most bytes of a request's content that `martlet gateway` passes on; 1 GiB.
    ///
    /// Content streams, so this is no measure of memory.
    public var maximumBodySize: Int

    /// What becomes of a request whose path has an encoded slash or backslash.
    public var encodedSlashes: EncodedSlashes

    /// The routes; their order does not matter.
    public var routes: [GatewayRoute]

    /// The most routes of a gateway: 1,000.
    ///
    /// A request looks at the routes of its host one after another.
    public static let maximumRoutes = 1000

    /// What becomes of `%2F` and `%5C` in a request's path.
    public enum EncodedSlashes: String, Hashable, CaseIterable, Sendable {
        /// The request is answered with 400; the default.
        ///
        /// Some servers decode them before they look for segments, and would understand another
        /// path than the one that was matched.
        case refuse
        /// They go on as they are, and separate no segments.
        ///
        /// Choose it only when every upstream understands them so too.
        case keep
    }

    /// Makes a configuration.
    public init(
        routes: [GatewayRoute],
        trustedProxies: TrustedProxies = .none,
        via: String? = nil,
        timeouts: GatewayTimeouts = GatewayTimeouts()
    ) {
        self.listen = nil
        self.tls = nil
        self.trustedProxies = trustedProxies
        self.via = via
        self.timeouts = timeouts
        self.maximumBodySize = 1024 * 1024 * 1024
        self.encodedSlashes = .refuse
        self.routes = routes
    }
}

/// How long a gateway's upstreams may take.
public struct GatewayTimeouts: Hashable, Sendable {
    /// To accept a connection: 5 s, as Envoy's.
    public var connect: Duration

    /// From sending a request to the head of its response: 15 s, as Envoy's for a route.
    ///
    /// The content after it may take as long as it keeps moving. A route may have its own. The
    /// caller's deadline, when it is earlier, holds; nil leaves only that.
    public var response: Duration?

    /// Without a byte of a response's content: 5 minutes, as Envoy's for a stream.
    ///
    /// A route may have its own. The time in which the client takes no more does not count.
    public var idle: Duration

    /// Makes timeouts.
    public init(
        connect: Duration = .seconds(5),
        response: Duration? = .seconds(15),
        idle: Duration = .seconds(300)
    ) {
        self.connect = connect
        self.response = response
        self.idle = idle
    }
}
