import NIOCore
import NIOPosix
import Synchronization

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#endif

/// Sockets that accept connections, and the connections they accepted.
package final class Listener: Sendable {
    package typealias MakeDriver = @Sendable (Loop) -> any ConnectionDriver

    private struct State {
        var channels: [any Channel] = []
        var isDraining = false
        var isClosing = false
        var whenEmpty: [CheckedContinuation<Void, Never>] = []
    }

    /// How many TLS connections over the limit may make their handshake, to be told why they are
    /// refused: 256.
    static let refusedHandshakes = 256

    private let receiveSizes: ReceiveSizes

    private let loops: EventLoops
    private let configuration: ListenerConfiguration
    private let makeDriver: MakeDriver
    private let openCount = Atomic<Int>(0)
    private let state = Mutex(State())

    private init(
        _ configuration: ListenerConfiguration,
        loops: EventLoops,
        makeDriver: @escaping MakeDriver
    ) {
        self.configuration = configuration
        self.loops = loops
        self.makeDriver = makeDriver
        receiveSizes = ReceiveSizes(first: configuration.firstReadSize)
    }

    /// Listens on every address.
    ///
    /// - Throws: ``ListenError`` that names the first address that cannot be had; none is kept.
    package static func listen(
        _ configuration: ListenerConfiguration,
        on loops: EventLoops,
        makeDriver: @escaping MakeDriver
    ) async throws -> Listener {
        let listener = Listener(configuration, loops: loops, makeDriver: makeDriver)
        for address in configuration.addresses {
            do {
                let channel = try await listener.bind(address)
                listener.state.withLock { $0.channels.append(channel) }
            } catch {
                await listener.stopAccepting()
                throw ListenError(address: address, cause: error)
            }
        }
        return listener
    }

    /// Where it listens, with the ports that the kernel chose.
    package var addresses: [BindAddress] {
        state.withLock { state in
            zip(configuration.addresses, state.channels).map { asked, channel in
                guard case .tcp(let host, _) = asked.kind,
                    let port = channel.localAddress?.port
                else { return asked }
                return .tcp(host, port: port)
            }
        }
    }

    /// How many connections are open.
    package var connectionCount: Int { openCount.load(ordering: .relaxed) }

    // MARK: Stopping

    /// Closes the listening sockets; open connections stay.
    package func stopAccepting() async {
        let channels = state.withLock { $0.channels }
        for channel in channels {
            try? await channel.close().get()
        }
        for (address, _) in zip(configuration.addresses, channels) {
            if case .unix(let path) = address.kind { unlink(path) }
        }
    }

    /// Asks every connection to finish what is in flight and close, and waits until all have.
    package func drain() async {
        state.withLock { $0.isDraining = true }
        forEachConnection { $0.drain() }
        await withCheckedContinuation { continuation in
            let isEmpty = state.withLock { state in
                if openCount.load(ordering: .sequentiallyConsistent) == 0 { return true }
                state.whenEmpty.append(continuation)
                return false
            }
            if isEmpty {
                continuation.resume()
            }
        }
    }

    /// Closes every connection at once.
    package func closeAll() {
        state.withLock { $0.isClosing = true }
        forEachConnection { ($0 as? any Closable)?.closeNow() }
    }

    private func forEachConnection(_ body: @escaping @Sendable (any ConnectionDriver) -> Void) {
        for loop in loops.loops {
            loop.run {
                loop.forEachTimed { member in
                    if let member = member as? any OwnedConnection, member.owner === self {
                        body(member)
                    }
                }
            }
        }
    }

    func connectionClosed() {
        let count = openCount.subtract(1, ordering: .sequentiallyConsistent).newValue
        guard count == 0 else { return }
        let waiting = state.withLock { state in
            let waiting = state.whenEmpty
            state.whenEmpty = []
            return waiting
        }
        for continuation in waiting {
            continuation.resume()
        }
    }

    // MARK: Accepting

    private func bind(_ address: BindAddress) async throws -> any Channel {
        var bootstrap = ServerBootstrap(group: loops.group)
            .serverChannelOption(.backlog, value: Int32(clamping: configuration.backlog))
            .serverChannelOption(.maxMessagesPerRead, value: UInt(configuration.acceptBatch))
            .serverChannelInitializer { [self] channel in
                channel.eventLoop.makeCompletedFuture {
                    let acceptor = Acceptor { try self.accepted($0) }
                    try channel.pipeline.syncOperations.addHandlers(AcceptPause(), acceptor)
                }
            }
        switch address.kind {
        case .tcp(let host, let port):
            bootstrap =
                bootstrap
                .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
                // On Linux, accepted sockets inherit it: one call instead of two a connection.
                .serverChannelOption(.tcpOption(.tcp_nodelay), value: 1)
            if configuration.reusesPort {
                bootstrap = bootstrap.serverChannelOption(
                    .socketOption(.init(rawValue: SO_REUSEPORT)),
                    value: 1
                )
            }
            return try await bootstrap.bind(host: host, port: port).get()
        case .unix(let path):
            try await refuseLiveSocket(path)
            return try await bootstrap.bind(
                unixDomainSocketPath: path,
                cleanupExistingSocketFile: true
            ).get()
        }
    }

    /// - Throws: `EADDRINUSE` when somebody listens at `path`.
    private func refuseLiveSocket(_ path: String) async throws {
        let probe = ClientBootstrap(group: loops.group).connect(unixDomainSocketPath: path)
        guard let channel = try? await probe.get() else { return }
        try? await channel.close().get()
        throw IOError(errnoCode: EADDRINUSE, reason: "somebody listens on this socket")
    }

    /// Sets up a connection, and registers it with its loop.
    private func accepted(_ channel: any Channel) throws {
        guard let loop = Loop.current else {
            throw ChannelError.inappropriateOperationForState
        }
        if let options = channel.syncOptions {
            try options.setOption(.allowRemoteHalfClosure, value: true)
            try options.setOption(.recvAllocator, value: receiveSizes)
        }
        let count = openCount.add(1, ordering: .sequentiallyConsistent).newValue
        let most = configuration.maximumConnections + Self.refusedHandshakes
        if configuration.tls != nil, count > most {
            // It could be told why only after a handshake, which it need never make.
            connectionClosed()
            throw ChannelError.inappropriateOperationForState
        }
        let driver = makeDriver(loop)
        let connection = Connection(
            loop: loop,
            owner: self,
            driver: driver,
            isSecured: configuration.tls != nil,
            isOverLimit: count > configuration.maximumConnections,
            isListeners: true
        )
        do {
            let pipeline = channel.pipeline.syncOperations
            if let tls = configuration.tls {
                try pipeline.addHandler(tls.makeHandler())
            }
            try pipeline.addHandler(connection)
        } catch {
            connection.abandon(error)
            throw error
        }
        // It was in the kernel's queue when the others were told.
        let (isDraining, isClosing) = state.withLock { ($0.isDraining, $0.isClosing) }
        if isClosing { throw ChannelError.eof }
        channel._channelCore.registerAlreadyConfigured0(promise: nil)
        if isDraining {
            loop.turn { driver.drain() }
        }
    }
}

/// A driver that its listener can find among everything on a loop.
package protocol OwnedConnection: ConnectionDriver, Timed {
    /// Who accepted the connection.
    var owner: AnyObject? { get }
}

/// A driver that can be closed without ceremony.
package protocol Closable: AnyObject {
    func closeNow()
}
