public import Logging
import MartletCore
public import ServiceLifecycle

/// A TCP server: it listens, and runs its handler for every connection, on that connection's event
/// loop.
///
/// `init` starts nothing; ``run()`` is the server's whole life. The connection lasts as long as its
/// handler: when the handler returns, what it wrote is sent and the connection closes in order;
/// when it throws, the connection is reset, so that the peer cannot take what it got for all there
/// was, and the error is logged with the peer. Neither touches any other connection.
///
/// A graceful shutdown stops accepting and lets handlers finish; what is left when
/// ``Configuration/shutdownGracePeriod`` is over is reset and its handlers are cancelled.
/// Cancelling the task of ``run()`` does that at once.
///
/// ```swift
/// let echo = TCPServer(.init(addresses: [.tcp("127.0.0.1", port: 7007)])) { stream in
///     for try await bytes in stream.inbound {
///         try await stream.write(bytes)
///     }
/// }
/// try await echo.run()
/// ```
public final class TCPServer: Service {
    /// What a server needs to know.
    public struct Configuration: Sendable {
        /// Where to listen.
        public var addresses: [BindAddress]

        /// What one connection may take.
        public var limits = TCPLimits()

        /// The most connections at once, 15,000; one more is reset.
        public var maximumConnections = 15_000

        /// The most connections at once from one source; nil for no such limit, because many
        /// peers may stand behind one address.
        ///
        /// A source is an IPv4 address, or the first 64 bits of an IPv6 address. One more is reset
        /// before TLS, and counted as `server.connections.refused` with the reason `source`.
        public var maximumConnectionsPerSource: Int?

        /// TLS for every connection; nil for none.
        public var tls: ServerTLS?

        /// How long handlers may take to finish at a graceful shutdown; 30 seconds.
        public var shutdownGracePeriod: Duration = .seconds(30)

        /// Whether streams end at a graceful shutdown as if their peers had finished writing.
        ///
        /// True by default: a handler that waits for its peer's next message finishes at once, and
        /// one that works on a message answers it first. When false, handlers go on until they end
        /// by themselves; they can look at ``TCPStream/isDraining``.
        public var inboundEndsOnShutdown = true

        /// How many connections the kernel keeps that have not been accepted; 4,096.
        public var backlog = 4096

        /// The most connections accepted before the loop looks at its other sockets; 256.
        public var acceptBatch = 256

        /// Whether other processes may listen on the same port (`SO_REUSEPORT`).
        public var reusesPort = false

        /// Makes a configuration.
        public init(addresses: [BindAddress] = [.tcp("127.0.0.1", port: 7007)]) {
            self.addresses = addresses
        }
    }

    private let configuration: Configuration
    private let loops: EventLoops
    private let settings: TCPSettings
    private let core: TCPServerCore
    private let serving = Serving()

    /// Makes a server; it listens when ``run()`` is called.
    ///
    /// - Parameters:
    ///   - configuration: Where to listen and what to accept.
    ///   - loops: The event loops to serve on.
    ///   - logger: Where errors that handlers throw are logged.
    ///   - name: What reports of a held event loop call the handler.
    ///   - handler: Serves one connection.
    public init(
        _ configuration: Configuration,
        loops: EventLoops = .shared,
        logger: Logger = Logger(label: "martlet.tcp"),
        name: String = "TCP handler",
        handler: @escaping @Sendable (TCPStream) async throws -> Void
    ) {
        self.configuration = configuration
        self.loops = loops
        settings = TCPSettings(
            configuration.limits,
            lingers: true,
            inboundEndsOnDrain: configuration.inboundEndsOnShutdown
        )
        core = TCPServerCore(
            logger: logger,
            label: WorkLabel(name),
            handler: handler
        )
    }

    /// Serves until the task is cancelled (abrupt) or a graceful shutdown has drained.
    ///
    /// - Throws: `ListenError` when an address cannot be had.
    public func run() async throws {
        var listening = ListenerConfiguration(addresses: configuration.addresses)
        listening.tls = configuration.tls
        listening.maximumConnections = configuration.maximumConnections
        listening.connectionsPerSource = configuration.maximumConnectionsPerSource
        listening.backlog = configuration.backlog
        listening.acceptBatch = configuration.acceptBatch
        listening.reusesPort = configuration.reusesPort
        listening.firstReadSize = 128
        let settings = settings
        let core = core
        try await serving.run(
            listening,
            on: loops,
            gracePeriod: configuration.shutdownGracePeriod
        ) { loop in
            TCPStream(loop: loop, settings: settings, keeper: core)
        }
    }

    /// Where the server listens, with the port that the kernel chose; waits until it listens.
    ///
    /// - Throws: The error that kept it from listening.
    public func boundAddresses() async throws -> [BindAddress] {
        try await serving.boundAddresses()
    }

    /// How many connections are open.
    public var connectionCount: Int { serving.connectionCount }
}
