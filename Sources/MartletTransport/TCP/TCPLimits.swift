/// What one stream may take: memory and time.
///
/// Times are looked at every 100 milliseconds, so they are late by up to two of those and never
/// early; nil means never.
public struct TCPLimits: Sendable {
    /// How many bytes are kept that nobody has read yet; 64 KiB.
    ///
    /// Beyond it nothing is read from the socket, so that the peer is slowed down. Two things may
    /// go over it: one turn's reads, four of at most 64 KiB, and what the kernel still has when the
    /// peer finishes, at most its receive buffer.
    public var inboundBufferSize = 64 * 1024

    /// How many bytes may wait for the peer before ``TCPStream/write(_:)`` suspends; 64 KiB.
    public var outboundHighWaterMark = 64 * 1024

    /// How few bytes must wait for the peer before suspended writes go on; 32 KiB.
    public var outboundLowWaterMark = 32 * 1024

    /// How long one ``TCPStream/read()`` waits; nil by default, because ``idleTimeout`` holds too.
    public var readTimeout: Duration?

    /// How long a peer may take nothing of what waits for it before its connection is reset; 30
    /// seconds.
    public var writeTimeout: Duration? = .seconds(30)

    /// How long nothing may be read and nothing written before the connection is reset; 5 minutes.
    public var idleTimeout: Duration? = .seconds(300)

    /// How long the TLS handshake may take; 10 seconds.
    public var handshakeTimeout: Duration = .seconds(10)

    /// How long a server's connection waits, after its last byte was sent, for its peer to close
    /// too; 1 second.
    ///
    /// Closing at once would reset the connection under what the peer has not read yet, if the peer
    /// has something on its way. Zero closes at once.
    public var lingerTimeout: Duration = .seconds(1)

    /// Makes the default limits.
    public init() {}
}

/// What the streams of one server or client share: their limits, some of them in the units of the
/// loop's timers.
final class TCPSettings: Sendable {
    /// How long waiting may take, in ticks.
    struct Timeouts: Equatable {
        var read: TickTimers.Tick
        var write: TickTimers.Tick
        var idle: TickTimers.Tick
    }

    let limits: TCPLimits
    let timeouts: Timeouts
    /// Whether the stream waits for its peer to close too.
    let lingers: Bool
    /// Whether reads end when the server shuts down.
    let inboundEndsOnDrain: Bool

    init(_ limits: TCPLimits, lingers: Bool, inboundEndsOnDrain: Bool) {
        precondition(limits.inboundBufferSize > 0, "a stream that buffers nothing reads nothing")
        precondition(
            limits.outboundLowWaterMark > 0
                && limits.outboundLowWaterMark <= limits.outboundHighWaterMark,
            "the low-water mark is positive and not above the high-water mark"
        )
        self.limits = limits
        timeouts = Timeouts(
            read: Self.ticks(in: limits.readTimeout),
            write: Self.ticks(in: limits.writeTimeout),
            idle: Self.ticks(in: limits.idleTimeout)
        )
        self.lingers = lingers && limits.lingerTimeout > .zero
        self.inboundEndsOnDrain = inboundEndsOnDrain
    }

    private init(_ settings: TCPSettings, timeouts: Timeouts) {
        limits = settings.limits
        lingers = settings.lingers
        inboundEndsOnDrain = settings.inboundEndsOnDrain
        self.timeouts = timeouts
    }

    /// The same with one of the time-outs changed.
    func with(
        _ timeout: WritableKeyPath<Timeouts, TickTimers.Tick>,
        _ ticks: TickTimers.Tick
    ) -> TCPSettings {
        guard timeouts[keyPath: timeout] != ticks else { return self }
        var timeouts = timeouts
        timeouts[keyPath: timeout] = ticks
        return TCPSettings(self, timeouts: timeouts)
    }

    static func ticks(in duration: Duration?) -> TickTimers.Tick {
        duration.map(TickTimers.ticks) ?? TickTimers.never
    }
}
