import NIOCore
import NIOPosix

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#endif

// MARK: - Sockets for a scope

extension UDPSocket {
    /// Opens a socket at `host` and `port`, runs `body` with it on its event loop, and closes it.
    ///
    /// - Parameters:
    ///   - host: The address on this side; `0.0.0.0` or `::` for all of the machine's.
    ///   - port: The port on this side; 0 takes a free one.
    ///   - limits: What the socket may take.
    ///   - loops: The event loops; the socket is on the current one, else on the next in turn.
    ///   - admission: Which sources are let in; nil for all.
    ///   - body: Uses the socket.
    /// - Returns: What `body` returns.
    /// - Throws: `ListenError` when the address cannot be had; ``UDPError``; what `body` throws.
    public static func withSocket<Result>(
        boundTo host: String,
        port: Int = 0,
        limits: UDPLimits = UDPLimits(),
        loops: EventLoops = .shared,
        admission: Admission? = nil,
        _ body: (UDPSocket) async throws -> Result
    ) async throws -> Result {
        let socket = UDPSocket(loop: loops.any(), limits: limits, admission: admission)
        let address = BindAddress.tcp(host, port: port)
        do {
            try await socket.bind(to: try await resolve(host, port), reusesPort: false)
        } catch {
            throw ListenError(address: address, cause: error)
        }
        return try await socket.use(body)
    }

    /// Opens a socket that is connected to `host` and `port`, runs `body` with it on its event
    /// loop, and closes it.
    ///
    /// A connected socket receives from its peer only, and hears when nobody listens there.
    ///
    /// - Parameters:
    ///   - host: The peer's name or address; the first address of a name is taken.
    ///   - port: The peer's port.
    ///   - limits: What the socket may take.
    ///   - loops: The event loops; the socket is on the current one, else on the next in turn.
    ///   - body: Uses the socket.
    /// - Returns: What `body` returns.
    /// - Throws: ``UDPError``; what `body` throws.
    public static func withSocket<Result>(
        connectedTo host: String,
        port: Int,
        limits: UDPLimits = UDPLimits(),
        loops: EventLoops = .shared,
        _ body: (UDPSocket) async throws -> Result
    ) async throws -> Result {
        let socket = UDPSocket(loop: loops.any(), limits: limits, admission: nil)
        let address = try await resolve(host, port)
        do {
            let bootstrap = socket.bootstrap(reusesPort: false)
            _ = try await bootstrap.connect(to: address).get()
        } catch {
            throw UDPError(.socketFailed, "No socket to \(host):\(port) can be had.", cause: error)
        }
        return try await socket.use(body)
    }

    /// Runs `body` on the socket's loop and closes the socket after it.
    private func use<Result>(_ body: (UDPSocket) async throws -> Result) async throws -> Result {
        defer { close() }
        return try await withTaskExecutorPreference(loop) { try await body(self) }
    }

    // MARK: Opening

    /// Looks `host` up; a name is looked up off the loops, because that blocks.
    static func resolve(_ host: String, _ port: Int) async throws -> SocketAddress {
        if let address = try? SocketAddress(ipAddress: host, port: port) { return address }
        do {
            return try await offLoop("look up a host") {
                try SocketAddress.makeAddressResolvingHost(host, port: port)
            }
        } catch let error as CancellationError {
            throw error
        } catch {
            throw UDPError(.unknownHost, "'\(host)' has no address.", cause: error)
        }
    }

    /// Opens the socket at `address`.
    func bind(to address: SocketAddress, reusesPort: Bool) async throws {
        _ = try await bootstrap(reusesPort: reusesPort).bind(to: address).get()
    }

    private func bootstrap(reusesPort: Bool) -> DatagramBootstrap {
        // One byte more than may come, so that what was cut off can be told.
        let room = limits.maximumDatagramSize + 1
        let bootstrap = DatagramBootstrap(group: loop.eventLoop)
            // What comes with the first the socket receives itself.
            .channelOption(.maxMessagesPerRead, value: 1)
            .channelOption(
                .recvAllocator,
                value: FixedSizeRecvByteBufferAllocator(capacity: room)
            )
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    ChannelSocket(of: channel)?.closeOnExec()
                    try channel.pipeline.syncOperations.addHandler(DatagramHandler(self))
                }
            }
        guard reusesPort else { return bootstrap }
        return bootstrap.channelOption(.socketOption(.init(rawValue: SO_REUSEPORT)), value: 1)
    }
}
