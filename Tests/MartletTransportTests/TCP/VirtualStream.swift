import NIOCore
import NIOEmbedded

@testable import MartletTransport

/// A stream without a socket, on a loop whose time stands still until it is told to move.
// Sound because everything happens on the calling thread.
final class VirtualStream: TCPStreamKeeper, @unchecked Sendable {
    private let eventLoop = EmbeddedEventLoop()
    private let channel: EmbeddedChannel
    private let loop: Loop
    private var made: TCPStream?
    /// Whether the stream has been opened, and whether it has broken.
    private(set) var isOpened = false
    private(set) var hasBroken: Bool?

    private init(_ limits: TCPLimits, isSecured: Bool) throws {
        loop = Loop(eventLoop: eventLoop)
        loop.makeCurrent()
        channel = EmbeddedChannel(loop: eventLoop)
        channel.allowRemoteHalfClosure = true
        let settings = TCPSettings(limits, lingers: true, inboundEndsOnDrain: true)
        let stream = TCPStream(loop: loop, settings: settings, keeper: self)
        made = stream
        try channel.pipeline.syncOperations.addHandler(
            Connection(loop: loop, owner: self, driver: stream, isSecured: isSecured)
        )
        try channel.connect(to: SocketAddress(ipAddress: "127.0.0.1", port: 1), promise: nil)
    }

    /// Runs `body` with a stream that has just been made.
    static func run(
        _ limits: TCPLimits = TCPLimits(),
        isSecured: Bool = false,
        _ body: (VirtualStream, TCPStream) throws -> Void
    ) throws {
        let virtual = try VirtualStream(limits, isSecured: isSecured)
        guard let stream = virtual.made else { return }
        defer {
            virtual.channel.close(promise: nil)
            virtual.eventLoop.run()
            virtual.made = nil
            virtual.loop.resignCurrent()
        }
        try body(virtual, stream)
    }

    func opened(_ stream: TCPStream) { isOpened = true }

    func closed(_ stream: TCPStream, broke: Bool) { hasBroken = broke }

    var isOpen: Bool { channel.isActive }

    /// Whether the channel is to read on by itself.
    var isReading: Bool {
        let last = channel.options.last { $0.option is ChannelOptions.Types.AutoReadOption }
        return last?.value as? Bool ?? true
    }

    /// What has been sent since the last look, one string a write.
    func sent() throws -> [String] {
        eventLoop.run()
        var all: [String] = []
        while let bytes = try channel.readOutbound(as: ByteBuffer.self) {
            if bytes.readableBytes > 0 { all.append(String(buffer: bytes)) }
        }
        return all
    }

    func receive(_ text: String) throws {
        try channel.writeInbound(ByteBuffer(string: text))
    }

    func endInput() {
        channel.pipeline.fireUserInboundEventTriggered(ChannelEvent.inputClosed)
        eventLoop.run()
    }

    func setWritable(_ isWritable: Bool) {
        channel.isWritable = isWritable
        channel.pipeline.fireChannelWritabilityChanged()
        eventLoop.run()
    }

    func advance(_ duration: Duration) {
        eventLoop.advanceTime(by: TimeAmount(duration))
    }

    /// Starts `body` as a task on the loop, up to where it waits, and keeps what it comes to.
    func start<Value: Sendable>(
        _ body: @escaping @Sendable (TCPStream) async throws -> Value
    ) -> Outcome<Value> {
        let outcome = Outcome<Value>()
        guard let stream = made else { return outcome }
        loop.turn {
            outcome.task = Task.immediate(executorPreference: loop) {
                do {
                    let value = try await stream.withRootTask(body)
                    outcome.result = .success(value)
                } catch {
                    outcome.result = .failure(error)
                }
            }
        }
        return outcome
    }

    /// What a task came to.
    // Sound because one thread touches it.
    final class Outcome<Value: Sendable>: @unchecked Sendable {
        var result: Result<Value, any Error>?
        var task: Task<Void, Never>?

        /// The code of the error that it ended with.
        var code: TCPError.Code? {
            if case .failure(let error as TCPError) = result { error.code } else { nil }
        }

        var isSuccess: Bool { value != nil }

        var value: Value? { try? result?.get() }
    }
}
