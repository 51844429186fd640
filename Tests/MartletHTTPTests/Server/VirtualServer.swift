import Logging
import MartletCore
import MartletTransport
import MetricsTestKit
import NIOCore
import NIOEmbedded
import Testing

@testable import MartletHTTP

/// A server's connection without a socket, on a loop whose time stands still until it is told to
/// move.
///
/// Everything happens on the calling thread.
final class VirtualServer {
    typealias Handle = @Sendable (Request, CallContext) async throws -> Response

    private let eventLoop = EmbeddedEventLoop()
    private let channel: EmbeddedChannel
    let connection: ServerConnection
    let loop: Loop
    let metrics = TestMetrics()
    /// The most bytes that were handed to the channel at once.
    private(set) var largestWrite = 0
    /// How often bytes were handed to the channel.
    private(set) var writeCount = 0

    private init(
        limits: HTTPLimits,
        http2Limits: HTTP2Limits,
        isOverLimit: Bool,
        handler: any Handler<Request, Response>
    ) throws {
        loop = Loop(eventLoop: eventLoop)
        loop.makeCurrent()
        let core = ServerCore(
            limits: limits,
            http2Limits: http2Limits,
            handler: handler,
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() },
            serverName: nil,
            metrics: metrics
        )
        connection = ServerConnection(core: core, shared: ServerLoop(), loop: loop)
        channel = EmbeddedChannel(loop: eventLoop)
        channel.allowRemoteHalfClosure = true
        try channel.pipeline.syncOperations.addHandler(
            Connection(
                loop: loop,
                owner: connection,
                driver: connection,
                isSecured: false,
                isOverLimit: isOverLimit
            )
        )
        try channel.connect(to: SocketAddress(ipAddress: "127.0.0.1", port: 1), promise: nil)
    }

    /// Runs `body` against a connection that has just been opened.
    static func run(
        limits: HTTPLimits = HTTPLimits(),
        http2Limits: HTTP2Limits = HTTP2Limits(),
        isOverLimit: Bool = false,
        handler: @escaping Handle,
        _ body: (VirtualServer) throws -> Void
    ) throws {
        try run(
            limits: limits,
            http2Limits: http2Limits,
            isOverLimit: isOverLimit,
            handler: ClosureHandler(handler),
            body
        )
    }

    /// Runs `body` against a connection that has just been opened.
    static func run(
        limits: HTTPLimits = HTTPLimits(),
        http2Limits: HTTP2Limits = HTTP2Limits(),
        isOverLimit: Bool = false,
        handler: any Handler<Request, Response>,
        _ body: (VirtualServer) throws -> Void
    ) throws {
        let server = try VirtualServer(
            limits: limits,
            http2Limits: http2Limits,
            isOverLimit: isOverLimit,
            handler: handler
        )
        defer {
            server.channel.close(promise: nil)
            server.eventLoop.run()
            server.loop.resignCurrent()
        }
        try body(server)
    }

    var isOpen: Bool { channel.isActive }

    /// The connection, when it has become one of HTTP/2.
    var http2: HTTP2ServerConnection? {
        var found: HTTP2ServerConnection?
        loop.forEachTimed { found = $0 as? HTTP2ServerConnection ?? found }
        return found
    }

    /// Whether a socket would be read; whoever sends nevertheless is heard all the same.
    var isReading: Bool {
        let option = channel.options.first { $0.option is ChannelOptions.Types.AutoReadOption }
        return option?.value as? Bool ?? true
    }

    /// Sends bytes, and returns what has been answered since the last look.
    @discardableResult
    func send(_ text: String) throws -> String {
        try channel.writeInbound(ByteBuffer(string: text))
        return try answered()
    }

    /// Sends bytes, and returns what has been answered since the last look.
    func exchange(_ bytes: ByteBuffer) throws -> ByteBuffer {
        if bytes.readableBytes > 0 { try channel.writeInbound(bytes) }
        eventLoop.run()
        var all = ByteBuffer()
        while var bytes = try channel.readOutbound(as: ByteBuffer.self) {
            largestWrite = max(largestWrite, bytes.readableBytes)
            writeCount += 1
            all.writeBuffer(&bytes)
        }
        return all
    }

    /// What has been sent since the last look, without `Date`.
    func answered() throws -> String {
        let all = String(buffer: try exchange(ByteBuffer()))
        let lines = all.split(separator: "\r\n", omittingEmptySubsequences: false)
        return lines.filter { !$0.hasPrefix("Date: ") }.joined(separator: "\r\n")
    }

    /// Lets time pass, and returns what was answered in it.
    @discardableResult
    func advance(_ duration: Duration) throws -> String {
        eventLoop.advanceTime(by: TimeAmount(duration))
        return try answered()
    }

    /// Lets time pass.
    func pass(_ duration: Duration) {
        eventLoop.advanceTime(by: TimeAmount(duration))
    }

    /// The peer closes its half of the connection.
    func endInput() {
        channel.pipeline.fireUserInboundEventTriggered(ChannelEvent.inputClosed)
        eventLoop.run()
    }

    /// The peer closes the connection.
    func disconnect() {
        channel.close(promise: nil)
        eventLoop.run()
    }

    /// The peer stops taking what it is sent, or goes on.
    func setWritable(_ isWritable: Bool) {
        channel.isWritable = isWritable
        channel.pipeline.fireChannelWritabilityChanged()
        eventLoop.run()
    }

    func drain() {
        loop.turn { loop.forEachTimed { ($0 as? any OwnedConnection)?.drain() } }
        eventLoop.run()
    }
}
