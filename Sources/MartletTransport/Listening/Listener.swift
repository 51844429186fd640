import Metrics
import NIOCore
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

    let loops: EventLoops
    let configuration: ListenerConfiguration
    let receiveSizes: ReceiveSizes
    let makeDriver: MakeDriver
    let sources: SourceCounts?
    let openCount = Atomic<Int>(0)
    private let state = Mutex(State())

    private init(
        _ configuration: ListenerConfiguration,
        loops: EventLoops,
        makeDriver: @escaping MakeDriver
    ) {
        self.configuration = configuration
        self.loops = loops
        self.makeDriver = makeDriver
        sources = configuration.connectionsPerSource.map(SourceCounts.init)
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

    /// Counts a connection that came over the limit of its source, as
    /// `server.connections.refused`.
    func countRefusedSource() {
        Counter(
            label: "server.connections.refused",
            dimensions: [("reason", "source")],
            factory: configuration.metrics ?? MetricsSystem.factory
        ).increment()
    }

    /// A connection that was counted is gone.
    func connectionClosed(from source: SourceCounts.Source?) {
        if let source { sources?.leave(source) }
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

    /// What has happened that a new connection must be told: it was in the kernel's queue when the
    /// others were.
    var whatWasMissed: (isDraining: Bool, isClosing: Bool) {
        state.withLock { ($0.isDraining, $0.isClosing) }
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
