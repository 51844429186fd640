import MartletCore
import MartletHTTP
import MartletTransport
import Synchronization

/// The clients of routes whose upstreams are not spoken to as all others are.
///
/// Routes with the same settings share a client, and with it connections; so do the routes of a
/// table and those of the table that replaces it. A client that no table needs any more lets its
/// connections go once they are idle.
final class UpstreamClients: Sendable {
    /// What distinguishes one client from another.
    private struct Settings: Hashable {
        var timeouts: GatewayTimeouts
        var tls: UpstreamTLS?
        /// The text of the file with the authorities.
        var authorities: String?
    }

    private let clients = Mutex<[Settings: any Handler<Request, Response>]>([:])

    /// The transports for `routes`, in their order; nil for those that need none of their own.
    ///
    /// - Throws: ``GatewayConfigurationError`` that says which route's settings make none.
    func transports(
        for configuration: GatewayConfiguration,
        _ files: TLSFiles
    ) throws(GatewayConfigurationError) -> [(any Handler<Request, Response>)?] {
        let known = clients.withLock { $0 }
        var used: [Settings: any Handler<Request, Response>] = [:]
        var transports: [(any Handler<Request, Response>)?] = []
        for (index, route) in configuration.routes.enumerated() {
            let key = "routes[\(index)].tls"
            guard let settings = try settings(of: route, in: configuration, files, key: key) else {
                transports.append(nil)
                continue
            }
            var client = used[settings] ?? known[settings]
            if client == nil {
                let line = route.tls?.line ?? route.line
                client = try Self.make(settings, files, key: key, line: line)
            }
            used[settings] = client
            transports.append(client)
        }
        clients.withLock { [used] in $0 = used }
        return transports
    }

    /// The layers that carry on the deadline and the trace of a call.
    static func carryingOn(
        _ client: HTTPClient
    ) -> some Handler<Request, Response> {
        client
            .intercepted(by: DeadlineForwarding())
            .intercepted(by: ClientTracing())
    }

    private func settings(
        of route: GatewayRoute,
        in configuration: GatewayConfiguration,
        _ files: TLSFiles,
        key: String
    ) throws(GatewayConfigurationError) -> Settings? {
        guard route.tls != nil || route.idleTimeout != nil else { return nil }
        var settings = Settings(timeouts: configuration.timeouts)
        if let idle = route.idleTimeout { settings.timeouts.idle = idle }
        guard var tls = route.tls else { return settings }
        if let path = tls.authorities {
            settings.authorities = try files.text(path, for: key + ".authorities", line: tls.line)
        }
        // The same setting on another line is the same setting.
        tls.line = nil
        settings.tls = tls
        return settings
    }

    private static func make(
        _ settings: Settings,
        _ files: TLSFiles,
        key: String,
        line: Int?
    ) throws(GatewayConfigurationError) -> any Handler<Request, Response> {
        var configuration = Gateway<HTTPClient>.clientConfiguration(timeouts: settings.timeouts)
        if let tls = settings.tls {
            var trust = TLSTrust.system
            if let path = tls.authorities {
                trust = try files.trust(path, for: key + ".authorities", line: line)
            }
            do {
                configuration.tls = try ClientTLS(
                    trust: trust,
                    serverName: tls.serverName,
                    verifiesServer: tls.verify
                )
            } catch {
                throw TLSFiles.problem("TLS cannot be set up: \(error)", for: key, line: line)
            }
        }
        return carryingOn(HTTPClient(configuration))
    }
}
