package import NIOCore
import NIOSSL
import NIOTLS

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#endif

/// One stream connection on its event loop: the only channel handler that Martlet has.
///
/// It is confined to its loop: every member is used there only.
package final class Connection: ChannelInboundHandler {
    package typealias InboundIn = ByteBuffer
    package typealias OutboundOut = ByteBuffer

    package let loop: Loop
    /// Whoever accepted or made the connection; lets it find its own among a loop's.
    package let owner: AnyObject
    @exclusivity(unchecked) private var rare: Rare?
    @exclusivity(unchecked) private var driver: (any ConnectionDriver)?
    @exclusivity(unchecked) private var context: ChannelHandlerContext?
    /// The socket, while the connection is open and has one.
    @exclusivity(unchecked) private(set) var socket: ChannelSocket?

    // Next to each other, because each alone would take a word.

    private let isSecured: Bool
    /// Whether the connection came over its listener's limit and should be turned away.
    package let isOverLimit: Bool
    /// Whether the owner is a listener, which wants to know when the connection is gone.
    private var isListeners: Bool
    /// Whether the driver has been told that the connection is ready.
    @exclusivity(unchecked) package private(set) var isOpen = false
    /// Whether the driver wants no more bytes.
    @exclusivity(unchecked) private var isReadingPaused = false
    /// Whether the channel has been told so.
    @exclusivity(unchecked) private var isAutoReadOff = false
    /// Whether bytes may wait in the channel, behind which others have to wait.
    @exclusivity(unchecked) private var mayHaveUnsent = false

    /// What few connections have.
    private final class Rare {
        var security: ConnectionSecurity?
        var failure: (any Error)?
        var isTruncated = false
        var source: SourceCounts.Source?
    }

    package init(
        loop: Loop,
        owner: AnyObject,
        driver: any ConnectionDriver,
        isSecured: Bool,
        isOverLimit: Bool = false,
        isListeners: Bool = false
    ) {
        self.loop = loop
        self.owner = owner
        self.driver = driver
        self.isSecured = isSecured
        self.isOverLimit = isOverLimit
        self.isListeners = isListeners
    }

    /// Gives the connection, which is open, to another driver, with what has arrived for it.
    ///
    /// The driver that had it is told nothing.
    package func handOver(to driver: any ConnectionDriver, _ bytes: ByteBuffer) {
        self.driver = driver
        driver.attached(self)
        driver.opened(self)
        if bytes.readableBytes > 0 { driver.received(bytes) }
    }

    /// Where it came from, if its listener counts that.
    var source: SourceCounts.Source? {
        get { rare?.source }
        set {
            guard newValue != nil else { return }
            withRare { $0.source = newValue }
        }
    }

    // MARK: Writing

    /// Whether the peer keeps up with what is written.
    @exclusivity(unchecked) package private(set) var isWritable = true

    /// Sends bytes, and whatever ``write(_:)`` was given before them.
    ///
    /// They go straight to the socket when nothing stands between; only what it does not take goes
    /// through the channel, which waits for it.
    package func send(_ bytes: consuming ByteBuffer) {
        if sendDirectly(&bytes) { return }
        write(bytes)
        flush()
    }

    /// Gives the socket what it takes.
    ///
    /// - Returns: Whether that was all; else `bytes` is the rest, and the channel, which is told of
    ///   an error in its own way, is to send it.
    private func sendDirectly(_ bytes: inout ByteBuffer) -> Bool {
        guard !isSecured, let socket else { return false }
        if mayHaveUnsent {
            guard unsentCount == 0 else { return false }
            mayHaveUnsent = false
        }
        // Throws when the socket is closed, so that its number is never another's.
        let sent = try? socket.withDescriptor { descriptor in
            bytes.withUnsafeReadableBytes { memory in
                sendBytes(descriptor, memory)
            }
        }
        guard let sent, sent > 0 else { return bytes.readableBytes == 0 }
        bytes.moveReaderIndex(forwardBy: sent)
        return bytes.readableBytes == 0
    }

    /// Hands bytes to the channel; they leave with the next ``flush()``.
    @inline(__always)
    package func write(_ bytes: ByteBuffer) {
        mayHaveUnsent = true
        context?.write(Self.wrapOutboundOut(bytes), promise: nil)
    }

    /// How many bytes wait for the peer to take them.
    package var unsentCount: Int {
        (try? context?.channel.syncOptions?.getOption(.bufferedWritableBytes)) ?? 0
    }

    @inline(__always)
    package func flush() {
        guard mayHaveUnsent else { return }
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

    /// Flushes, and calls `body` when all that was written is with the kernel or never will be.
    package func flush(then body: @escaping @Sendable () -> Void) {
        guard let context else { return }
        flush()
        let promise = context.eventLoop.makePromise(of: Void.self)
        promise.futureResult.whenComplete { _ in body() }
        // BoringSSL takes an empty write for an error, and TLS has passed on all it had.
        outermost(context).writeAndFlush(Self.wrapOutboundOut(ByteBuffer()), promise: promise)
    }

    /// Resets the connection: what has not been sent is thrown away, and the peer is told so.
    ///
    /// Goes past TLS, whose farewell would have to wait behind unsent bytes.
    package func abort() {
        guard let context else { return }
        ChannelSocket(of: context.channel)?.resetOnClose()
        outermost(context).close(promise: nil)
    }

    /// The context that is nearest to the socket.
    private func outermost(_ context: ChannelHandlerContext) -> ChannelHandlerContext {
        guard isSecured else { return context }
        let pipeline = context.pipeline.syncOperations
        return (try? pipeline.context(handlerType: NIOSSLServerHandler.self))
            ?? (try? pipeline.context(handlerType: NIOSSLClientHandler.self)) ?? context
    }

    /// Says when the peer counts as not keeping up, and when as keeping up again.
    package func setOutboundWaterMarks(low: Int, high: Int) {
        // To set what the channel has from the start costs as much as to set anything else.
        let standard = ChannelOptions.Types.WriteBufferWaterMark(low: 32 * 1024, high: 64 * 1024)
        guard low != standard.low || high != standard.high else { return }
        try? context?.channel.syncOptions?.setOption(
            .writeBufferWaterMark,
            value: .init(low: low, high: high)
        )
    }

    // MARK: Reading

    /// Stops reading from the socket, so that the peer is slowed down.
    ///
    /// Holds from the end of the read under way, or of the next one: who reads on before that has
    /// paid nothing.
    package func pauseReading() {
        isReadingPaused = true
    }

    /// Reads on.
    package func resumeReading() {
        guard isReadingPaused else { return }
        isReadingPaused = false
        if isAutoReadOff {
            isAutoReadOff = false
            setAutoRead(true)
        }
    }

    private func setAutoRead(_ value: Bool) {
        // Fails for a closed channel only, which reads no more either way.
        try? context?.channel.syncOptions?.setOption(.autoRead, value: value)
    }

    // MARK: The peer

    /// What TLS says about the peer, once the connection is open.
    package var security: ConnectionSecurity? { rare?.security }

    /// Whether the peer left TLS without saying so: content that ends with the connection may have
    /// been cut off.
    package var isTruncated: Bool { rare?.isTruncated ?? false }

    // The channel's, which are remembered; the context's would ask the kernel each time.
    package var remoteAddress: SocketAddress? { context?.channel.remoteAddress }
    package var localAddress: SocketAddress? { context?.channel.localAddress }

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

    package func channelReadComplete(context: ChannelHandlerContext) {
        // Not before: the channel may still have to hand over what it has read.
        if isReadingPaused, !isAutoReadOff {
            isAutoReadOff = true
            setAutoRead(false)
        }
    }

    package func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        switch event {
        case TLSUserEvent.handshakeCompleted(let negotiated):
            withRare {
                $0.security = ConnectionSecurity(pipeline: context.pipeline, negotiated: negotiated)
            }
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
            withRare { $0.isTruncated = true }
            return
        }
        fail(error)
        context.close(promise: nil)
    }

    private func open() {
        guard !isOpen else { return }
        isOpen = true
        socket = context.flatMap { ChannelSocket(of: $0.channel) }
        loop.turn { driver?.opened(self) }
    }

    /// Has the driver finish what is in flight and close.
    func drain() {
        loop.turn { driver?.drain() }
    }

    /// Ends a connection that could not be set up; its driver is told as of any other.
    func abandon(_ error: any Error) {
        fail(error)
        loop.turn { finish() }
    }

    /// Keeps the first error, to tell the driver of.
    private func fail(_ error: any Error) {
        withRare { $0.failure = $0.failure ?? error }
    }

    private func withRare(_ body: (Rare) -> Void) {
        let rare = self.rare ?? Rare()
        self.rare = rare
        body(rare)
    }

    private func finish() {
        let driver = self.driver
        self.driver = nil
        socket = nil
        driver?.closed(rare?.failure)
        if isListeners {
            isListeners = false
            (owner as? Listener)?.connectionClosed(from: source)
        }
    }
}

/// `send(2)` without `SIGPIPE`.
private func sendBytes(_ descriptor: CInt, _ memory: UnsafeRawBufferPointer) -> Int {
    send(descriptor, memory.baseAddress, memory.count, CInt(MSG_NOSIGNAL))
}
