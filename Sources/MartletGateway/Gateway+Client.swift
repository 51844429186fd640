public import MartletHTTP

extension Gateway where Transport == HTTPClient {
    /// Makes a gateway with one route and no policy: everything goes to `upstream`.
    ///
    /// There is no response timeout of its own, and ``healthPath`` goes upstream too.
    ///
    /// - Parameters:
    ///   - upstream: The server, as `HOST:PORT` or a URL without a path.
    ///   - client: What sends the requests; its event loops should be those of the server.
    /// - Throws: ``GatewayConfigurationError`` when `upstream` is none.
    public convenience init(
        upstream: String,
        client: HTTPClient = HTTPClient(Gateway.clientConfiguration())
    ) throws(GatewayConfigurationError) {
        guard let address = UpstreamAddress(upstream) else {
            let message = "“\(upstream)” is no upstream; write it as in 127.0.0.1:8081."
            throw GatewayConfigurationError(
                file: nil,
                problems: [.init(line: nil, key: "upstream", message: message)]
            )
        }
        let configuration = GatewayConfiguration(
            routes: [GatewayRoute(upstreams: [address])],
            timeouts: GatewayTimeouts(response: nil)
        )
        self.init(
            LiveRoutes(try RoutingTable(configuration)),
            transport: client,
            answersHealth: false
        )
    }

    /// What a gateway's client is made with: it changes nothing that passes, and follows no
    /// redirection.
    ///
    /// - Parameter timeouts: How long upstreams may take.
    /// - Returns: The configuration.
    public static func clientConfiguration(
        timeouts: GatewayTimeouts = GatewayTimeouts()
    ) -> HTTPClient.Configuration {
        var configuration = HTTPClient.Configuration()
        configuration.connectTimeout = timeouts.connect
        configuration.bodyIdleTimeout = timeouts.idle
        // A route's own timeout may be longer than the default; the call's deadline carries it.
        configuration.responseTimeout = .seconds(24 * 60 * 60)
        configuration.responseBodySize = .max
        configuration.redirectLimit = 0
        configuration.decompresses = false
        configuration.userAgent = nil
        return configuration
    }
}
