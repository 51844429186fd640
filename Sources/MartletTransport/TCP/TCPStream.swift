public import NIOCore
import Synchronization

/// One TCP connection, of a server or of a client, with or without TLS.
///
/// A stream belongs to one event loop for life, and so does the handler that it is given to: reads
/// and writes cost no lock and no change of thread. Child tasks of the handler run there too. From
/// anywhere else a stream works as well, more slowly.
///
/// ```swift
/// for try await bytes in stream.inbound {
///     try await stream.write(bytes)
/// }
/// ```
///
/// What is written in one turn of the loop leaves in one write when the turn ends. Memory is bound
/// by ``TCPLimits`` in both directions: a stream that nobody reads slows its peer down, and
/// ``write(_:)`` suspends while the peer does not read.
///
/// Waiting ends with `CancellationError` when the waiting task is cancelled, wherever it waits; the
/// stream stays as it was. When the connection of a server's stream breaks, the task of its handler
/// is cancelled.
public final class TCPStream {
    /// Where the connection is in its life.
    enum Phase {
        /// Connecting, or in the TLS handshake.
        case opening
        case open
        /// What was written is sent; what still comes is thrown away.
        case closing
        case closed
    }

    let loop: Loop
    /// The server's or client's, until the stream is given time-outs of its own.
    @exclusivity(unchecked) var settings: TCPSettings
    let keeper: any TCPStreamKeeper
    // Unchecked at run time: only the loop's thread touches these, a few instructions at a time.
    //
    // An address leaves seven bytes of its second word free, and so the flags stand behind the two
    // of them: every connection has a stream.
    @exclusivity(unchecked) var connection: Connection?
    @exclusivity(unchecked) private var rare: Rare?
    // Both written before anybody has the stream, and never again.
    @exclusivity(unchecked) private(set) var remote: SocketAddress?
    @exclusivity(unchecked) var phase = Phase.opening
    let isDrained = Atomic<Bool>(false)
    @exclusivity(unchecked) var isHandlerDone = false
    @exclusivity(unchecked) var isRootCancelled = false
    @exclusivity(unchecked) private(set) var local: SocketAddress?
    /// Whether ``security`` is known, and with it `rare`, for good.
    @exclusivity(unchecked) private var isSecured = false
    @exclusivity(unchecked) var hasInputEnded = false
    /// Whether `out` is the loop's scratch buffer.
    @exclusivity(unchecked) var isOutScratch = false
    @exclusivity(unchecked) var isDirty = false
    @exclusivity(unchecked) var isOutputFinished = false
    @exclusivity(unchecked) var isOutputSent = false
    @exclusivity(unchecked) var isYielding = false

    // MARK: Inbound
    @exclusivity(unchecked) var inboundBytes = ByteBuffer()
    @exclusivity(unchecked) var reader: Reader?

    // MARK: Outbound
    /// What this turn has to say.
    @exclusivity(unchecked) var out = ByteBuffer()
    // In bytes; 4 GiB at most, which is as good as any more.
    @exclusivity(unchecked) var writtenInTurn: UInt32 = 0
    /// How much waited for the peer when it was last looked at.
    @exclusivity(unchecked) var unsentAtLastLook: UInt32 = 0
    /// How much did when the stream was last found idle.
    @exclusivity(unchecked) var unsentWhenIdle = UInt32.max

    // MARK: Time
    @exclusivity(unchecked) private var timerPlace: Int32 = -1
    @exclusivity(unchecked) var readDeadlineTick = TickTimers.never
    @exclusivity(unchecked) var readDue = TickTimers.never
    @exclusivity(unchecked) var writeDue = TickTimers.never
    @exclusivity(unchecked) var idleDue = TickTimers.never
    @exclusivity(unchecked) var phaseDue = TickTimers.never
    @exclusivity(unchecked) var lastActivity: TickTimers.Tick = 0

    // MARK: Tasks
    /// The task of a server's handler, once it has suspended.
    @exclusivity(unchecked) var task: Task<Void, Never>?
    /// The address of the task whose cancellation is told to the stream once and for all; 0 if
    /// there is none.
    @exclusivity(unchecked) var rootTask: UInt = 0

    init(loop: Loop, settings: TCPSettings, keeper: any TCPStreamKeeper) {
        self.loop = loop
        self.settings = settings
        self.keeper = keeper
    }

    /// Where the loop's timers keep the stream; theirs to write.
    package var timerIndex: Int {
        get { Int(timerPlace) }
        set { timerPlace = Int32(newValue) }
    }

    /// What few streams have.
    private final class Rare {
        var closeReason: TCPError?
        var security: ConnectionSecurity?
        var writers: [Writer] = []
    }

    private func withRare(_ body: (Rare) -> Void) {
        let rare = self.rare ?? Rare()
        self.rare = rare
        body(rare)
    }

    /// Why it is closed, when it did not simply come to its end.
    var closeReason: TCPError? {
        get { rare?.closeReason }
        set { withRare { $0.closeReason = newValue } }
    }

    /// Who waits for the peer to take what was written.
    var writers: [Writer] {
        get { rare?.writers ?? [] }
        set { withRare { $0.writers = newValue } }
    }

    // MARK: Reading

    /// What the peer sends, piece by piece; ends when it has finished writing.
    public var inbound: TCPInbound { TCPInbound(stream: self) }

    /// Waits for what the peer sends next.
    ///
    /// - Returns: What has arrived, never empty; nil when the peer has finished writing. A server
    ///   that shuts down ends its streams' input too (see ``TCPServer/Configuration``).
    /// - Throws: ``TCPError``; `CancellationError`. After ``TCPError/Code/readTimedOut`` the stream
    ///   can be read on.
    public func read() async throws -> ByteBuffer? {
        // What has arrived is looked at in a function of its own, so that the frame of one that
        // waits, which every idle connection has, stays small.
        switch try readNow() {
        case .bytes(let bytes): return bytes
        case .end: return nil
        case .elsewhere: return try await readFromElsewhere()
        case .nothing: break
        }
        return try await withUnsafeThrowingContinuation { continuation in
            wait(Reader(continuation: continuation, wait: nil))
        }
    }

    /// Waits for what the peer sends next, until `deadline` at the latest.
    ///
    /// For a message that comes in pieces: a peer that sends one byte at a time satisfies every
    /// time-out of a single read.
    ///
    /// - Parameter deadline: When to give up; looked at every 100 milliseconds.
    /// - Returns: As ``read()``.
    /// - Throws: As ``read()``; ``TCPError/Code/readTimedOut`` when the deadline has come.
    public func read(until deadline: ContinuousClock.Instant) async throws -> ByteBuffer? {
        if loop.isCurrent, inboundBytes.readableBytes > 0 { return takeInbound() }
        let ticks = TickTimers.ticks(in: max(.zero, ContinuousClock.now.duration(to: deadline)))
        loop.run { self.readDeadlineTick = self.loop.tick(after: ticks) }
        defer { loop.run { self.readDeadlineTick = TickTimers.never } }
        return try await read()
    }

    // MARK: Writing

    /// Writes `bytes`; they leave when the turn of the loop ends, or with ``flush()``.
    ///
    /// All of `bytes` is taken at once, and bytes of two writes never mix. Suspends while more than
    /// ``TCPLimits/outboundHighWaterMark`` waits for the peer, whether of this or of another write.
    ///
    /// - Throws: ``TCPError``; `CancellationError`. A write that was waiting then has been taken
    ///   nevertheless.
    public func write(_ bytes: ByteBuffer) async throws {
        try Task.checkCancellation()
        guard loop.isCurrent else { return try await writeFromElsewhere(bytes) }
        try gather(bytes)
        guard mustWait else { return }
        guard isInRootTask else { return try await waitUntilWritable() }
        try await withUnsafeThrowingContinuation { continuation in
            wait(Writer(continuation: continuation, wait: nil))
        }
    }

    /// Sends what has been written, without waiting for the turn of the loop to end.
    ///
    /// - Throws: ``TCPError`` when the stream is closed.
    public func flush() async throws {
        try await onLoop { stream in
            try stream.checkWritable()
            stream.sendOutput()
        }
    }

    // MARK: Ending

    /// Says that nothing more will be written, after what has been; the peer's bytes still come.
    ///
    /// - Throws: ``TCPError`` when the stream is closed.
    public func finishWriting() async throws {
        try await onLoop { stream in
            if stream.isOutputFinished { return }
            try stream.checkWritable()
            stream.finishOutput()
        }
    }

    /// Closes the stream for good: what was written is still sent, what comes is thrown away.
    ///
    /// Does not wait for the peer. Whoever reads or writes gets ``TCPError/Code/closed``.
    public func close() {
        loop.run { self.beginClosing() }
    }

    /// Resets the connection: what has not been sent is lost, and the peer is told so.
    public func abort() {
        loop.run { self.abort(.closedHere) }
    }

    // MARK: Who is there

    /// The peer's address; nil before the connection was made.
    public var remoteAddress: NetworkAddress? { remote.map(NetworkAddress.init) }

    /// The address on this side; nil before the connection was made.
    public var localAddress: NetworkAddress? { local.map(NetworkAddress.init) }

    /// What TLS established about the peer; nil without TLS.
    public var security: ConnectionSecurity? { isSecured ? rare?.security : nil }

    /// Notes who is there.
    func introduce(_ connection: Connection) {
        remote = connection.remoteAddress
        local = connection.localAddress
        if let security = connection.security {
            withRare { $0.security = security }
            isSecured = true
        }
    }

    /// Whether the server is shutting down: handlers that wait for something other than their
    /// stream should come to an end.
    public var isDraining: Bool { isDrained.load(ordering: .relaxed) }
}

// Sound because every stored `var` is touched on the stream's loop only, and what is called from
// elsewhere goes through `Loop.run`.
extension TCPStream: @unchecked Sendable {}

/// Who a stream is made by and for; called on the stream's loop, inside a turn.
protocol TCPStreamKeeper: AnyObject, Sendable {
    /// The stream is ready.
    func opened(_ stream: TCPStream)
    /// The connection is gone; `broke` when neither side had closed it in order.
    func closed(_ stream: TCPStream, broke: Bool)
}
