public import Logging
import MartletCore
public import MartletHTTP
public import MartletTransport

/// Makes the server that `martlet gateway` runs: a ``Gateway`` on the routes of a
/// ``GatewayReloader``, with what a service has around its routes.
///
/// From the outside in: request ID, tracing, access log, metrics, rendering of errors, and the
/// deadline that the caller may set with `X-Request-Timeout`. Requests to upstreams carry on the
/// trace, the request ID and what is left of the deadline.
public enum GatewayServer: Sendable {
    /// Where the gateway listens unless it is told otherwise.
    public static let defaultAddress = BindAddress.tcp("127.0.0.1", port: 8080)

    /// Where a configuration says to listen.
    public static func address(_ configuration: GatewayConfiguration) -> BindAddress {
        configuration.listen.flatMap(BindAddress.init(listen:)) ?? defaultAddress
    }

    /// Makes the server.
    ///
    /// - Parameters:
    ///   - routes: The routes, and the settings that they came with.
    ///   - address: Where to listen.
    ///   - tls: TLS for every connection; nil for none.
    ///   - accessLog: What the access log says; of the gateway's own health, nothing but failures.
    ///   - logger: Where it says it, and where errors go.
    ///   - loops: The event loops of the server and of the connections to upstreams.
    /// - Returns: The server, to be run.
    public static func make(
        _ routes: LiveRoutes,
        at address: BindAddress,
        tls: ServerTLS? = nil,
        accessLog: AccessLog.Configuration = AccessLog.Configuration(),
        logger: Logger = Logger(label: "martlet.gateway"),
        loops: EventLoops = .shared
    ) -> HTTPServer {
        let configuration = routes.current.configuration
        let client = HTTPClient(
            Gateway<HTTPClient>.clientConfiguration(timeouts: configuration.timeouts),
            loops: loops
        )
        var accessLog = accessLog
        accessLog.quietTargets.formUnion([
            Gateway<HTTPClient>.healthPath, Gateway<HTTPClient>.statsPath,
        ])
        let gateway = Gateway(routes, transport: UpstreamClients.carryingOn(client))
            .layered(by: [
                RequestID(),
                ServerTracing(),
                AccessLog(accessLog, logger: logger),
                ServerMetrics(),
                ErrorRendering(logger: logger),
                Deadline(timeout: .seconds(24 * 60 * 60), header: .xRequestTimeout),
            ])
        var server = HTTPServer.Configuration(addresses: [address])
        server.tls = tls
        server.limits.bodySize = configuration.maximumBodySize
        return HTTPServer(server, loops: loops, logger: logger, handler: gateway)
    }
}
