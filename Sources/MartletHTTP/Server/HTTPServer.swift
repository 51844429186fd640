public import Logging
public import MartletCore
public import MartletTransport
public import ServiceLifecycle
import Synchronization

/// An HTTP server: it listens, parses, calls its handler on the connection's event loop, and sends
/// what the handler answers.
///
/// `init` starts nothing; ``run()`` is the server's whole life. A graceful shutdown stops
/// accepting, lets requests in flight finish with `Connection: close`, and closes what is left when
/// ``Configuration/shutdownGracePeriod`` is over. Cancelling the task closes everything at once.
///
/// ```swift
/// let hello = ClosureHandler<Request, Response> { _, _ in Response("Hello, World!") }
/// let server = HTTPServer(.init(addresses: [.tcp("127.0.0.1", port: 8080)]), handler: hello)
/// try await server.run()
/// ```
public final class HTTPServer: Service {
    /// What a server needs to know.
    public struct Configuration: Sendable {
        /// Where to listen.
        public var addresses: [BindAddress]

        /// What is accepted from a peer.
        public var limits = HTTPLimits()

        /// What is accepted from a peer that speaks HTTP/2, beyond ``limits``.
        public var http2Limits = HTTP2Limits()

        /// TLS for every connection; nil for none.
        public var tls: ServerTLS?

        /// What the `Server` field says; nil for no such field.
        public var serverName: String?

        /// How long requests in flight may take to finish at a graceful shutdown; 30 seconds.
        public var shutdownGracePeriod: Duration = .seconds(30)

        /// How many connections the kernel keeps that have not been accepted; 4,096.
        public var backlog = 4096

        /// The most connections accepted before the loop looks at its other sockets; 256.
        public var acceptBatch = 256

        /// Whether other processes may listen on the same port (`SO_REUSEPORT`).
        public var reusesPort = false

        /// Makes a configuration.
        public init(addresses: [BindAddress] = [.tcp("127.0.0.1", port: 8080)]) {
            self.addresses = addresses
        }
    }

    private enum Listening {
        case notYet([CheckedContinuation<[BindAddress], any Error>])
        case at([BindAddress])
        case failed(any Error)
    }

    private let configuration: Configuration
    private let loops: EventLoops
    private let core: ServerCore
    private let shared: [ServerLoop]
    private let listening = Mutex(Listening.notYet([]))

    /// Makes a server; it listens when ``run()`` is called.
    ///
    /// - Parameters:
    ///   - configuration: Where to listen and what to accept.
    ///   - loops: The event loops to serve on.
    ///   - logger: Where errors that handlers throw are logged.
    ///   - handler: Answers every request.
    public init(
        _ configuration: Configuration,
        loops: EventLoops = .shared,
        logger: Logger = Logger(label: "martlet.http"),
        handler: some Handler<Request, Response>
    ) {
        self.configuration = configuration
        self.loops = loops
        shared = loops.loops.map { _ in ServerLoop() }
        core = ServerCore(
            limits: configuration.limits,
            http2Limits: configuration.http2Limits,
            handler: handler,
            logger: logger,
            serverName: configuration.serverName
        )
    }

    /// Serves until the task is cancelled (abrupt) or a graceful shutdown has drained.
    ///
    /// - Throws: `ListenError` when an address cannot be had.
    public func run() async throws {
        let listener: Listener
        do {
            listener = try await listen()
        } catch {
            settle(.failed(error))
            throw error
        }
        settle(.at(listener.addresses))
        await waitForShutdown(listener)
    }

    /// Where the server listens, with the port that the kernel chose; waits until it listens.
    ///
    /// - Throws: The error that kept it from listening.
    public func boundAddresses() async throws -> [BindAddress] {
        try await withCheckedThrowingContinuation { continuation in
            let known: Result<[BindAddress], any Error>? = listening.withLock { listening in
                switch listening {
                case .notYet(let waiters):
                    listening = .notYet(waiters + [continuation])
                    return nil
                case .at(let addresses): return .success(addresses)
                case .failed(let error): return .failure(error)
                }
            }
            if let known { continuation.resume(with: known) }
        }
    }

    // MARK: The life of a server

    private func listen() async throws -> Listener {
        var settings = ListenerConfiguration(addresses: configuration.addresses)
        settings.tls = configuration.tls
        settings.maximumConnections = configuration.limits.connections
        settings.connectionsPerSource = configuration.limits.connectionsPerSource
        settings.backlog = configuration.backlog
        settings.acceptBatch = configuration.acceptBatch
        settings.reusesPort = configuration.reusesPort
        let core = core
        let shared = shared
        return try await Listener.listen(settings, on: loops) { loop in
            ServerConnection(core: core, shared: shared[loop.index], loop: loop)
        }
    }

    private func settle(_ outcome: Listening) {
        let waiters = listening.withLock { listening in
            defer { listening = outcome }
            if case .notYet(let waiters) = listening { return waiters }
            return []
        }
        for waiter in waiters {
            switch outcome {
            case .at(let addresses): waiter.resume(returning: addresses)
            case .failed(let error): waiter.resume(throwing: error)
            case .notYet: break
            }
        }
    }

    private func waitForShutdown(_ listener: Listener) async {
        let isGraceful = (try? await gracefulShutdown()) != nil && !Task.isCancelled
        await listener.stopAccepting()
        if isGraceful {
            await drain(listener)
        } else {
            listener.closeAll()
        }
    }

    /// Lets requests in flight finish, but not for longer than the grace period.
    private func drain(_ listener: Listener) async {
        let gracePeriod = configuration.shutdownGracePeriod
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await listener.drain() }
            group.addTask {
                try? await Task.sleep(for: gracePeriod)
                listener.closeAll()
            }
            await group.next()
            group.cancelAll()
        }
    }
}
