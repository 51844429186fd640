import NIOCore

/// Stops accepting for a moment when the process has no descriptor or no memory left.
///
/// The connections that wait keep their socket readable, so a loop that tried again at once would
/// do nothing else. `NIOCore.AcceptBackoffHandler` only puts the next `read()` off, and the socket
/// stays registered with epoll meanwhile: it spins.
final class AcceptPause: ChannelInboundHandler {
    typealias InboundIn = any Channel

    /// How long nothing is accepted.
    static let duration = TimeAmount.milliseconds(100)

    private var isPaused = false

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        guard error is IOError, !isPaused, let options = context.channel.syncOptions else { return }
        isPaused = true
        try? options.setOption(.autoRead, value: false)
        context.eventLoop.assumeIsolated().scheduleTask(in: Self.duration) {
            self.isPaused = false
            // Fails only when the socket is closed.
            try? options.setOption(.autoRead, value: true)
        }
    }
}
