import Foundation
import Logging
public import MartletCore
public import MartletHTTP
public import MartletTransport
import ServiceLifecycle
import UnixSignals

extension Service {
    /// Runs the service as what the process is for, until SIGTERM or SIGINT ends it.
    ///
    /// With `--help` among the arguments it prints the settings and returns at once. When the
    /// service cannot start or fails, the reason is written to standard error and the process
    /// exits: with status 78 (`EX_CONFIG`) when a setting is wrong, else with 1. Call
    /// ``serve(onListening:)`` to handle errors yourself.
    ///
    /// - Throws: `CancellationError` when the task is cancelled.
    public func run() async throws {
        do {
            try await serve()
        } catch let error as CancellationError {
            throw error
        } catch {
            Self.exit(name, error)
        }
    }

    /// Makes and runs a service as what the process is for, like ``run()``, and treats what
    /// `build` throws, such as a missing setting, like an error of its own.
    ///
    /// - Parameters:
    ///   - name: What the service is called.
    ///   - build: Reads settings, and registers routes and what runs beside them.
    public static func run(
        _ name: String,
        _ build: (inout Service) async throws -> Void
    ) async {
        do {
            var service = Service(name)
            do {
                try await build(&service)
            } catch {
                // Whoever asks for help need not have set what is required.
                guard try service.showHelp() else { throw error }
                return
            }
            try await service.serve()
        } catch {
            exit(name, error)
        }
    }

    /// Runs the service until SIGTERM, SIGINT or cancellation ends it.
    ///
    /// - Parameter onListening: Called once the server listens, with its addresses and the ports
    ///   that the kernel chose; when it throws, the service stops with its error.
    /// - Throws: ``ConfigurationError`` when a setting is wrong or unknown; `RouterError` when
    ///   routes conflict; `TLSError` when the certificate cannot be used; `ListenError` when the
    ///   address cannot be had; what something that was added has thrown.
    public func serve(
        onListening: (@Sendable ([BindAddress]) async throws -> Void)? = nil
    ) async throws {
        if try showHelp() { return }
        let settings = try ServiceSettings(configuration)
        try configuration.refuseUnknownKeys()
        let state = ServiceState(clock: clock)
        let tls = try settings.certificates?.makeTLS()
        let loops = settings.threads == 0 ? .shared : EventLoops(count: settings.threads)
        loops.watchdogConfiguration.threshold = settings.watchdogThreshold
        let server = HTTPServer(
            serverConfiguration(settings, tls: tls),
            loops: loops,
            logger: logger,
            handler: try handler(state: state, settings: settings)
        )
        var members = companions
        if let tls, let files = settings.certificates {
            let reload = CertificateReload(tls: tls, files: files, logger: logger)
            members.append(("certificate reload", reload))
        }
        let announcement = Announcement(
            server: server,
            logger: logger,
            isSecure: tls != nil,
            onListening: onListening
        )
        members.append((Self.serverName, server))
        members.append(("announcement", announcement))
        // The last is the first to hear of a shutdown.
        members.append(("drain", Drain(state: state, time: settings.drain, clock: clock)))
        try await group(of: members, settings).run()
    }

    /// The service as a handler, with all its layers: what a test sends requests to.
    ///
    /// - Throws: ``ConfigurationError`` when a setting is wrong; `RouterError` when routes
    ///   conflict.
    public func handler() throws -> any Handler<Request, Response> {
        try handler(
            state: ServiceState(clock: clock),
            settings: ServiceSettings(configuration)
        )
    }

    package func handler(
        state: ServiceState,
        settings: ServiceSettings
    ) throws -> any Handler<Request, Response> {
        var router = router
        if usesStandardLayers {
            router.useOutermost(
                Self.standardLayers(
                    deadline: settings.deadline,
                    accessLog: AccessLog.Configuration(sampleRate: settings.requestSampleRate),
                    logger: logger,
                    clock: clock
                )
            )
        }
        router.useOutermost([RequestCounting(state: state)])
        HealthEndpoints(health, checks: checks, state: state, clock: clock, logger: logger)
            .register(on: &router)
        return try router.compile()
    }

    /// Prints the settings when the command line asks for them; false when it does not.
    private func showHelp() throws -> Bool {
        _ = try ServiceSettings(configuration)
        guard let help = try configuration.helpText(for: name) else { return false }
        FileHandle.standardOutput.write(Data((help + "\n").utf8))
        return true
    }

    /// A trap's dump would hide the reason.
    private static func exit(_ name: String, _ error: any Error) -> Never {
        FileHandle.standardError.write(Data("\(name): \(error)\n".utf8))
        Foundation.exit(error is ConfigurationError ? 78 : 1)
    }

    /// How long what was added may take to stop after the server has stopped: 5 seconds.
    static let companionGracePeriod: Duration = .seconds(5)

    private static let serverName = "server"

    private func serverConfiguration(
        _ settings: ServiceSettings,
        tls: ServerTLS?
    ) -> HTTPServer.Configuration {
        var server = HTTPServer.Configuration(addresses: [settings.address])
        server.limits = settings.limits
        server.tls = tls
        server.shutdownGracePeriod = settings.shutdownLimit
        return server
    }

    private func group(
        of members: [(name: String, service: any ServiceLifecycle.Service)],
        _ settings: ServiceSettings
    ) -> ServiceGroup {
        // The life cycle's own messages matter only when something is wrong.
        var quiet = logger
        quiet.logLevel = max(logger.logLevel, .warning)
        var group = ServiceGroupConfiguration(
            services: members.map { member in
                ServiceGroupConfiguration.ServiceConfiguration(
                    service: member.service,
                    successTerminationBehavior: member.name == Self.serverName
                        ? .gracefullyShutdownGroup : .ignore,
                    serviceName: member.name
                )
            },
            gracefulShutdownSignals: [.sigterm, .sigint],
            logger: quiet
        )
        group.maximumGracefulShutdownDuration =
            settings.drain + settings.shutdownLimit + Self.companionGracePeriod
        return ServiceGroup(configuration: group)
    }
}
