public import ServiceLifecycle
import Synchronization

/// A UDP server: sockets at one address, and a handler for each.
///
/// There is one socket on each event loop, and the kernel gives every source to one of them
/// (`SO_REUSEPORT`), so that the handlers share the load without sharing state. `init` starts
/// nothing; ``run()`` is the server's whole life. It ends when all handlers have returned; when one
/// throws, the others are cancelled and ``run()`` throws the error.
///
/// A graceful shutdown ends what the handlers receive; those that have not returned when
/// ``Configuration/shutdownGracePeriod`` is over are cancelled.
///
/// ```swift
/// let echo = UDPServer(.init(port: 7007)) { socket in
///     for try await datagram in socket.inbound {
///         try await socket.send(datagram.payload, to: datagram.peer)
///     }
/// }
/// try await echo.run()
/// ```
public final class UDPServer: Service {
    /// What a server needs to know.
    public struct Configuration: Sendable {
        /// The address on this side; `0.0.0.0` or `::` for all of the machine's.
        public var host: String

        /// The port; 0 takes a free one.
        public var port: Int

        /// What each socket may take.
        public var limits = UDPLimits()

        /// How many sockets share the port; one on each event loop when nil.
        public var socketCount: Int?

        /// Which sources are let in; nil for all.
        public var admission: UDPSocket.Admission?

        /// How long handlers may take to finish at a graceful shutdown; 30 seconds.
        public var shutdownGracePeriod: Duration = .seconds(30)

        /// Makes a configuration.
        public init(host: String = "127.0.0.1", port: Int) {
            self.host = host
            self.port = port
        }
    }

    private enum State {
        case notYet([CheckedContinuation<NetworkAddress, any Error>])
        case settled(Result<NetworkAddress, any Error>)
    }

    private let configuration: Configuration
    private let loops: EventLoops
    private let handler: @Sendable (UDPSocket) async throws -> Void
    private let state = Mutex(State.notYet([]))

    /// Makes a server; it opens its sockets when ``run()`` is called.
    ///
    /// - Parameters:
    ///   - configuration: Where to listen and what to accept.
    ///   - loops: The event loops to serve on.
    ///   - handler: Serves one socket, until what it receives ends.
    public init(
        _ configuration: Configuration,
        loops: EventLoops = .shared,
        handler: @escaping @Sendable (UDPSocket) async throws -> Void
    ) {
        self.configuration = configuration
        self.loops = loops
        self.handler = handler
    }

    /// Serves until the task is cancelled, a graceful shutdown is over, or the handlers return.
    ///
    /// - Throws: `ListenError` when the address cannot be had; what a handler throws.
    public func run() async throws {
        var sockets: [UDPSocket] = []
        defer { for socket in sockets { socket.close() } }
        do {
            try await open(&sockets)
        } catch {
            let address = BindAddress.tcp(configuration.host, port: configuration.port)
            let failure = ListenError(address: address, cause: error)
            settle(.failure(failure))
            throw failure
        }
        if let address = sockets.first?.localAddress {
            settle(.success(address))
        }
        try await serve(sockets)
    }

    /// Where the server listens, with the port that the kernel chose; waits until it listens.
    ///
    /// - Throws: The error that kept it from listening.
    public func boundAddress() async throws -> NetworkAddress {
        try await withCheckedThrowingContinuation { continuation in
            let known: Result<NetworkAddress, any Error>? = state.withLock { state in
                switch state {
                case .notYet(let waiters):
                    state = .notYet(waiters + [continuation])
                    return nil
                case .settled(let result): return result
                }
            }
            if let known { continuation.resume(with: known) }
        }
    }

    private func settle(_ result: Result<NetworkAddress, any Error>) {
        let waiters = state.withLock { state in
            defer { state = .settled(result) }
            if case .notYet(let waiters) = state { return waiters }
            return []
        }
        for waiter in waiters {
            waiter.resume(with: result)
        }
    }

    private func open(_ sockets: inout [UDPSocket]) async throws {
        let count = max(1, configuration.socketCount ?? loops.loops.count)
        var address = try await UDPSocket.resolve(configuration.host, configuration.port)
        for index in 0..<count {
            let socket = UDPSocket(
                loop: loops.loops[index % loops.loops.count],
                limits: configuration.limits,
                admission: configuration.admission
            )
            try await socket.bind(to: address, reusesPort: count > 1)
            sockets.append(socket)
            // The others share the port that the first was given.
            address = socket.localAddress?.socketAddress ?? address
        }
    }

    private func serve(_ sockets: [UDPSocket]) async throws {
        let gracePeriod = configuration.shutdownGracePeriod
        let handler = handler
        try await withThrowingTaskGroup(of: Bool.self) { group in
            for socket in sockets {
                group.addTask(executorPreference: socket.loop) {
                    try await handler(socket)
                    return true
                }
            }
            group.addTask {
                guard (try? await gracefulShutdown()) != nil else { return false }
                for socket in sockets { socket.drain() }
                try? await ContinuousClock().sleep(for: gracePeriod)
                return false
            }
            var serving = sockets.count
            while serving > 0, let result = await group.nextResult() {
                guard try Self.isHandlersEnd(result) else { break }
                serving -= 1
            }
            group.cancelAll()
            while let result = await group.nextResult() {
                _ = try Self.isHandlersEnd(result)
            }
        }
    }

    /// Whether a handler has come to its end; false when the server is to stop.
    ///
    /// - Throws: What a handler threw. Of one that is cancelled nobody expects anything but its
    ///   end.
    private static func isHandlersEnd(_ result: Result<Bool, any Error>) throws -> Bool {
        switch result {
        case .success(let isHandlers): return isHandlers
        case .failure(let error) where error is CancellationError: return false
        case .failure(let error): throw error
        }
    }
}
