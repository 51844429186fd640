import ArgumentParser
import Foundation
import Logging
import MartletHTTP
import MartletSupervisor
import ServiceLifecycle
import UnixSignals

/// `martlet up`.
struct UpCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "up",
        abstract: "Runs the services that a file describes.",
        discussion: """
            Starts each service once those that it depends on are healthy, shows what they \
            write, starts again what crashes, and stops everything on Ctrl-C; a second Ctrl-C \
            kills. Whatever happens to it, nothing that it has started outlives it.

            The smallest file:

              services:
                web:
                  command: python3 -m http.server ${PORT}
            """
    )

    @Argument(help: "The file that describes the services.", completion: .file())
    var file = "martlet.yaml"

    @OptionGroup var console: ConsoleOptions

    func run() async throws {
        let environment = ProcessInfo.processInfo.environment
        let plan = try readPlan(environment)
        if let port = console.port, port > 0, !PortPicker.isFree(port) {
            throw Refusal(
                description: "Another program listens on 127.0.0.1:\(port) already;"
                    + " choose another --console-port, or --no-console."
            )
        }
        let painter = LinePainter(
            services: plan.entries.map(\.definition.name),
            isColoured: LinePainter.wantsColour(
                isTerminal: isatty(STDOUT_FILENO) == 1,
                environment: environment
            )
        )
        let printer = LinePrinter(painter, descriptor: STDOUT_FILENO)
        let client = HTTPClient()
        let supervisor = Supervisor(
            plan,
            executable: try Self.ownPath(),
            journal: Journal { printer.add($0) },
            client: client
        )
        var services: [any Service] = [SecondSignal(supervisor: supervisor)]
        if let port = console.port {
            services.append(try ConsoleService(supervisor, port: port, client: client))
            services.append(RequestCounter(supervisor, client: client))
        }
        var logger = Logger(label: "martlet.up")
        logger.logLevel = .warning
        let group = ServiceGroup(
            services: services + [supervisor],
            gracefulShutdownSignals: [.sigint, .sigterm, .sighup],
            logger: logger
        )
        try await printer.withThread { try await group.run() }
    }

    private func readPlan(_ environment: [String: String]) throws -> LaunchPlan {
        let url = URL(filePath: file)
        let yaml: String
        do {
            yaml = try String(contentsOf: url, encoding: .utf8)
        } catch {
            throw ValidationError("\(file) cannot be read: \(error.localizedDescription)")
        }
        let reader = DefinitionReader(
            file: file,
            directory: url.absoluteURL.deletingLastPathComponent().path(percentEncoded: false),
            environment: environment
        )
        do {
            return try LaunchPlan(
                reader.read(yaml),
                environment: environment,
                programs: URL(filePath: Self.ownPath()).deletingLastPathComponent().path(),
                reserved: Set([console.port].compactMap(\.self))
            )
        } catch {
            throw Refusal(description: "\(error)")
        }
    }

    /// The path of this program, for the guards.
    private static func ownPath() throws -> String {
        try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
    }
}
