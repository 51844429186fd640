package import NIOCore
import NIOSSL
import NIOTLS

/// One stream connection on its event loop: the only channel handler that Martlet has.
///
/// It is confined to its loop: every member is used there only.
package final class Connection: ChannelDuplexHandler {
    package typealias InboundIn = ByteBuffer
    package typealias OutboundIn = ByteBuffer
    package typealias OutboundOut = ByteBuffer

    package let loop: Loop
    /// Whoever accepted or made the connection; lets it find its own among a loop's.
    package let owner: AnyObject
    /// Whether the connection came over its listener's limit and should be turned away.
    package let isOverLimit: Bool
    /// What TLS says about the peer, once the connection is open.
    @exclusivity(unchecked) package private(set) var security: ConnectionSecurity?

    @exclusivity(unchecked) private var driver: (any ConnectionDriver)?
    @exclusivity(unchecked) private(set) var context: ChannelHandlerContext?
    /// The socket, once ``hasUnreadInput`` has asked for it.
    @exclusivity(unchecked) var descriptor: CInt = -1
    private let isSecured: Bool
    /// Whether the driver has been told that the connection is ready.
    @exclusivity(unchecked) package private(set) var isOpen = false
    @exclusivity(unchecked) private var isReadingPaused = false
    @exclusivity(unchecked) private var isReadHeldBack = false
    /// Whether the peer left TLS without saying so: content that ends with the connection may have
    /// been cut off.
    package private(set) var isTruncated = false
    private var failure: (any Error)?
    private var onClosed: (() -> Void)?

    package init(
        loop: Loop,
        owner: AnyObject,
        driver: any ConnectionDriver,
        isSecured: Bool,
        isOverLimit: Bool = false,
        onClosed: (() -> Void)? = nil
    ) {
        self.loop = loop
        self.owner = owner
        self.driver = driver
        self.isSecured = isSecured
        self.isOverLimit = isOverLimit
        self.onClosed = onClosed
    }

    // MARK: Writing

    /// Whether the peer keeps up with what is written.
    @exclusivity(unchecked) package private(set) var isWritable = true

    /// Hands bytes to the channel; they leave with the next ``flush()``.
    @inline(__always)
    package func write(_ bytes: ByteBuffer) {
        context?.write(Self.wrapOutboundOut(bytes), promise: nil)
    }

    /// How many bytes wait for the peer to take them.
    package var unsentCount: Int {
        (try? context?.channel.syncOptions?.getOption(.bufferedWritableBytes)) ?? 0
    }

    @inline(__always)
    package func flush() {
        context?.flush()
    }

    /// Closes both directions at once; ``ConnectionDriver/closed(_:)`` follows.
    package func close() {
        context?.close(promise: nil)
    }

    /// Says that nothing more will be written, after what has been flushed.
    package func closeOutput() {
        context?.close(mode: .output, promise: nil)
    }

    // MARK: Reading

    /// Stops reading from the socket, so that the peer is slowed down.
    package func pauseReading() {
        isReadingPaused = true
    }

    /// Reads on.
    package func resumeReading() {
        guard isReadingPaused else { return }
        isReadingPaused = false
        if isReadHeldBack {
            isReadHeldBack = false
            context?.read()
        }
    }

    // MARK: Addresses

    package var remoteAddress: SocketAddress? { context?.remoteAddress }
    package var localAddress: SocketAddress? { context?.localAddress }

    // MARK: ChannelHandler

    package func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
        loop.turn { driver?.attached(self) }
        if context.channel.isActive, !isSecured {
            open()
        }
    }

    package func handlerRemoved(context: ChannelHandlerContext) {
        loop.turn { finish() }
        self.context = nil
    }

    package func channelActive(context: ChannelHandlerContext) {
        if !isSecured {
            open()
        }
        context.fireChannelActive()
    }

    package func channelInactive(context: ChannelHandlerContext) {
        loop.turn { finish() }
        context.fireChannelInactive()
    }

    package func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        loop.beginTurn()
        driver?.received(Self.unwrapInboundIn(data))
        loop.endTurn()
    }

    package func channelWritabilityChanged(context: ChannelHandlerContext) {
        isWritable = context.channel.isWritable
        loop.turn { driver?.writabilityChanged() }
        context.fireChannelWritabilityChanged()
    }

    package func read(context: ChannelHandlerContext) {
        if isReadingPaused {
            isReadHeldBack = true
        } else {
            context.read()
        }
    }

    package func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        switch event {
        case TLSUserEvent.handshakeCompleted(let negotiated):
            security = ConnectionSecurity(pipeline: context.pipeline, negotiated: negotiated)
            open()
        case ChannelEvent.inputClosed:
            loop.turn { driver?.inputEnded() }
        default:
            break
        }
        context.fireUserInboundEventTriggered(event)
    }

    package func errorCaught(context: ChannelHandlerContext, error: any Error) {
        // A peer that leaves TLS without close_notify has merely closed: framing says whether a
        // message was cut off.
        if case NIOSSLError.uncleanShutdown = error {
            isTruncated = true
            return
        }
        failure = failure ?? error
        context.close(promise: nil)
    }

    private func open() {
        guard !isOpen else { return }
        isOpen = true
        loop.turn { driver?.opened(self) }
    }

    /// Ends a connection that could not be set up; its driver is told as of any other.
    func abandon(_ error: any Error) {
        failure = failure ?? error
        loop.turn { finish() }
    }

    private func finish() {
        let driver = self.driver
        self.driver = nil
        driver?.closed(failure)
        onClosed?()
        onClosed = nil
    }
}
