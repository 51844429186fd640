public import Logging
public import MartletCore
public import MartletTransport
public import ServiceLifecycle

/// An HTTP server: listens, parses, calls its handler on the connection's event loop, answers.
public final class HTTPServer: Service {
    /// What a server needs to know.
    public struct Configuration: Sendable {
        /// Where to listen.
        public var addresses: [BindAddress]
        /// Makes a configuration.
        public init(addresses: [BindAddress] = [.tcp("127.0.0.1", port: 8080)]) {
            self.addresses = addresses
        }
    }

    /// Makes a server; it listens when ``run()`` is called.
    public init(
        _ configuration: Configuration,
        loops: EventLoops = .shared,
        logger: Logger = Logger(label: "martlet.http"),
        handler: some Handler<Request, Response>
    ) {}

    /// Serves until the task is cancelled (abrupt) or a graceful shutdown has drained.
    public func run() async throws {}

    /// Where the server listens, with the port that the kernel chose; waits until it listens.
    ///
    /// - Throws: The error that kept it from listening.
    public func boundAddresses() async throws -> [BindAddress] { [] }
}
