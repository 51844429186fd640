import ArgumentParser
import Logging
import MartletTransport
import ServiceLifecycle
import UnixSignals

/// The program.
@main
struct ChatCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "chat",
        abstract: "Opens a room that is entered with 'nc'."
    )

    @Option(help: "The address to listen on.")
    var host = "127.0.0.1"

    @Option(help: "The port to listen on.")
    var port = 7000

    func run() async throws {
        let logger = Logger(label: "chat")
        let group = ServiceGroup(
            services: [ChatServer().tcpServer(on: .tcp(host, port: port), logger: logger)],
            gracefulShutdownSignals: [.sigterm, .sigint],
            logger: logger
        )
        print("The room is open: nc \(host) \(port)")
        try await group.run()
    }
}
