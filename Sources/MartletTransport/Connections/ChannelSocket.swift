import NIOCore

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#endif

/// A channel's way to its socket; it refuses once the channel is closed.
///
/// What a cast to `NIOTransportAccessibleChannelCore<NIOBSDSocket.Handle>` would give: the runtime
/// takes 0.9 µs for a cast to a type with a constraint.
struct ChannelSocket {
    private let core: any NIOTransportAccessibleChannelCore

    /// The socket of `channel`; nil for a channel that has none.
    init?(of channel: any Channel) {
        guard let core = channel._channelCore as? any NIOTransportAccessibleChannelCore,
            Self.hasDescriptor(core)
        else { return nil }
        self.core = core
    }

    private static func hasDescriptor<Core: NIOTransportAccessibleChannelCore>(
        _ core: Core
    ) -> Bool {
        Core.Transport.self == NIOBSDSocket.Handle.self
    }

    /// Calls `body` with the descriptor.
    ///
    /// - Throws: When the channel is closed, so that the number is never another's; what `body`
    ///   throws.
    func withDescriptor<Result>(_ body: (CInt) throws -> Result) throws -> Result {
        try Self.open(core, body)
    }

    private static func open<Core: NIOTransportAccessibleChannelCore, Result>(
        _ core: Core,
        _ body: (CInt) throws -> Result
    ) throws -> Result {
        try core.withUnsafeTransport { transport in
            // Sound because `init` has seen that it is a descriptor.
            try body(withUnsafeBytes(of: transport) { $0.load(as: CInt.self) })
        }
    }

    /// Keeps the socket from programs that the process starts: whoever inherited it would hold the
    /// port or the connection.
    ///
    /// The one place where that is done, because NIO opens its sockets without.
    func closeOnExec() {
        // Throws when the socket is closed already.
        _ = try? withDescriptor { fcntl($0, F_SETFD, FD_CLOEXEC) }
    }

    /// Has the connection reset when the channel is closed: what has not been sent is thrown away.
    func resetOnClose() {
        var option = linger(l_onoff: 1, l_linger: 0)
        let size = socklen_t(MemoryLayout<linger>.size)
        // Throws when the socket is closed already.
        _ = try? withDescriptor { setsockopt($0, SOL_SOCKET, SO_LINGER, &option, size) }
    }
}
