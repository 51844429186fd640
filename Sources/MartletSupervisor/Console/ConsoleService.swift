import Logging
package import MartletHTTP
import MartletTransport
import ServiceLifecycle

/// Serves the console on a loopback address.
package struct ConsoleService: Service {
    private let server: HTTPServer
    private let supervisor: Supervisor

    /// Makes the service.
    ///
    /// - Parameters:
    ///   - supervisor: Whose services to show.
    ///   - port: The port on 127.0.0.1; 0 takes a free one.
    ///   - client: Reaches the gateway for the shop's form.
    /// - Throws: Never in practice: the console's routes do not conflict.
    package init(_ supervisor: Supervisor, port: Int, client: HTTPClient) throws {
        self.supervisor = supervisor
        var logger = Logger(label: "martlet.console")
        logger.logLevel = .error
        server = HTTPServer(
            .init(addresses: [.tcp("127.0.0.1", port: port)]),
            logger: logger,
            handler: try Console(supervisor, client: client).handler()
        )
    }

    /// Serves until a graceful shutdown or cancellation.
    package func run() async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await server.run() }
            let addresses = try await server.boundAddresses()
            for address in addresses {
                supervisor.journal.write(
                    "the console is at http://\(address)/",
                    of: "",
                    from: .supervisor
                )
            }
            try await group.next()
        }
    }
}
