import NIOCore
import NIOPosix

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#endif

// MARK: - Listening sockets

extension Listener {
    /// Listens on `address`.
    func bind(_ address: BindAddress) async throws -> any Channel {
        var bootstrap = makeBootstrap()
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

    /// What is the same for every listening socket.
    private func makeBootstrap() -> ServerBootstrap {
        ServerBootstrap(group: loops.group)
            .serverChannelOption(.backlog, value: CInt(clamping: configuration.backlog))
            .serverChannelOption(.maxMessagesPerRead, value: UInt(configuration.acceptBatch))
            .serverChannelInitializer { [self] channel in
                channel.eventLoop.makeCompletedFuture {
                    ChannelSocket(of: channel)?.closeOnExec()
                    let acceptor = Acceptor(self)
                    try channel.pipeline.syncOperations.addHandlers(AcceptPause(), acceptor)
                }
            }
    }

    /// - Throws: `EADDRINUSE` when somebody listens at `path`.
    private func refuseLiveSocket(_ path: String) async throws {
        let probe = ClientBootstrap(group: loops.group).connect(unixDomainSocketPath: path)
        guard let channel = try? await probe.get() else { return }
        try? await channel.close().get()
        throw IOError(errnoCode: EADDRINUSE, reason: "somebody listens on this socket")
    }
}
