import ArgumentParser
import Foundation
import Logging
import MartletGateway
import MartletHTTP
import MartletTransport
import ServiceLifecycle
import UnixSignals

/// `martlet gateway`.
struct GatewayCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "gateway",
        abstract: "Sends requests on to the services that a file names.",
        discussion: """
            The routes and certificates are reloaded when their files change and on SIGHUP; no \
            request is dropped, and a file that is wrong changes nothing. GET /-/health is \
            answered by the gateway itself. Ctrl-C finishes the requests in flight.

            The smallest file:

              routes:
                - upstreams: [http://127.0.0.1:8081]
            """
    )

    @Option(help: "The file with the routes.", completion: .file())
    var config = "gateway.yaml"

    @Option(help: "The host or address to listen on, instead of the file's.")
    var host: String?

    @Option(help: "The TCP port to listen on, instead of the file's; 0 takes a free one.")
    var port: Int?

    @Flag(inversion: .prefixedNo, help: "Log every request.")
    var accessLog = true

    func validate() throws {
        guard let port else { return }
        guard (0...65_535).contains(port) else {
            throw ValidationError("--port must be from 0 to 65535, not \(port).")
        }
    }

    func run() async throws {
        let logger = Logger(label: "martlet.gateway")
        let reloader: GatewayReloader
        do {
            reloader = try GatewayReloader(
                file: config,
                environment: ProcessInfo.processInfo.environment,
                logger: logger
            )
        } catch {
            throw Refusal(description: "\(error)")
        }
        var log = AccessLog.Configuration()
        if !accessLog { log.sampleRate = 0 }
        let server = GatewayServer.make(
            reloader.routes,
            at: address(reloader.routes.current.configuration),
            tls: reloader.tls,
            accessLog: log,
            logger: logger
        )
        let group = ServiceGroup(
            services: [
                GatewayAnnouncement(
                    server: server,
                    scheme: reloader.tls == nil ? "http" : "https",
                    logger: logger
                ),
                server, reloader,
                GatewayHangUp(reloader: reloader),
            ],
            gracefulShutdownSignals: [.sigint, .sigterm],
            logger: logger
        )
        try await group.run()
    }

    /// Where the flags say to listen, and the file where they do not.
    private func address(_ configuration: GatewayConfiguration) -> BindAddress {
        let file = GatewayServer.address(configuration)
        guard host != nil || port != nil else { return file }
        return .tcp(host ?? "127.0.0.1", port: port ?? file.port ?? 8080)
    }
}

/// Reloads the routes on SIGHUP.
struct GatewayHangUp: Service {
    let reloader: GatewayReloader

    func run() async throws {
        let signals = await UnixSignalsSequence(trapping: .sighup)
        for await _ in signals.cancelOnGracefulShutdown() {
            reloader.reload()
        }
    }
}

/// Says where the gateway listens, once it does.
struct GatewayAnnouncement: Service {
    let server: HTTPServer
    let scheme: String
    let logger: Logger

    func run() async throws {
        // The error that keeps the server from listening is the server's own to throw.
        if let addresses = try? await server.boundAddresses() {
            for address in addresses {
                logger.notice("Listening on \(address.port == nil ? "" : "\(scheme)://")\(address)")
            }
        }
        try? await gracefulShutdown()
    }
}
