import Logging
public import MartletCore
public import MartletHTTP
public import MartletTransport
import ServiceLifecycle
import UnixSignals

extension Service {
    /// Runs the service until SIGTERM, SIGINT or cancellation ends it.
    ///
    /// With `--help` among the arguments it prints the settings and returns at once.
    ///
    /// - Parameter onListening: Called once the server listens, with its addresses and the ports
    ///   that the kernel chose; when it throws, the service stops with its error.
    /// - Throws: ``ConfigurationError`` when a setting is wrong or unknown; `RouterError` when
    ///   routes conflict; the error that kept the server from listening; what something that was
    ///   added has thrown.
    public func run(
        onListening: (@Sendable ([BindAddress]) async throws -> Void)? = nil
    ) async throws {
        let settings = try ServiceSettings(configuration)
        if let help = try configuration.helpText(for: name) {
            print(help)
            return
        }
        try configuration.refuseUnknownKeys()
        let state = ServiceState(clock: clock)
        let server = HTTPServer(
            HTTPServer.Configuration(addresses: [settings.address]),
            loops: settings.threads == 0 ? .shared : EventLoops(count: settings.threads),
            logger: logger,
            handler: try handler(state: state, settings: settings)
        )
        let announcement = Announcement(
            server: server,
            logger: logger,
            isSecure: false,
            onListening: onListening
        )
        let drain = Drain(state: state, time: settings.drain, clock: clock)
        let members =
            companions + [
                (Self.serverName, server), ("announcement", announcement), ("drain", drain),
            ]
        var group = ServiceGroupConfiguration(
            services: members.map { name, service in
                ServiceGroupConfiguration.ServiceConfiguration(
                    service: service,
                    successTerminationBehavior: name == Self.serverName
                        ? .gracefullyShutdownGroup : .ignore,
                    serviceName: name
                )
            },
            gracefulShutdownSignals: [.sigterm, .sigint],
            logger: quiet(logger)
        )
        group.maximumGracefulShutdownDuration = settings.drain + settings.shutdownLimit
        try await ServiceGroup(configuration: group).run()
    }

    private static var serverName: String { "server" }

    /// The service as a handler, with all its layers: what a test sends requests to.
    ///
    /// - Throws: ``ConfigurationError`` when a setting is wrong; `RouterError` when routes conflict.
    public func handler() throws -> any Handler<Request, Response> {
        try handler(
            state: ServiceState(clock: clock),
            settings: ServiceSettings(configuration)
        )
    }

    func handler(
        state: ServiceState,
        settings: ServiceSettings
    ) throws -> any Handler<Request, Response> {
        let health = HealthEndpoints(
            health,
            checks: checks,
            state: state,
            clock: clock,
            logger: logger
        )
        let routes = try router.compile()
        return routes.intercepted(by: health)
    }

    /// The life cycle's own messages matter only when something is wrong.
    private func quiet(_ logger: Logger) -> Logger {
        var quiet = logger
        quiet.logLevel = max(logger.logLevel, .warning)
        return quiet
    }
}
