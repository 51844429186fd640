import NIOCore
import Synchronization

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#endif

/// A UDP socket, of a server or of a client, connected to one peer or to none.
///
/// A socket belongs to one event loop, and so does the body that it is given to. Datagrams that
/// come together are received up to 32 with one system call, and those that are sent within one
/// turn of the loop leave with one.
///
/// ```swift
/// for try await datagram in socket.inbound {
///     try await socket.send(datagram.payload, to: datagram.peer)
/// }
/// ```
///
/// As UDP does, a socket loses datagrams rather than make anybody wait: those that come while
/// ``UDPLimits/inboundQueueSize`` wait to be received, and those that the kernel does not take.
/// ``statistics`` counts them.
public final class UDPSocket {
    /// Says whether a datagram from an address is let in; called for each, on the socket's loop.
    ///
    /// For limits on the rate of each source: what it turns away costs nothing more.
    public typealias Admission = @Sendable (NetworkAddress) -> Bool

    let loop: Loop
    let limits: UDPLimits
    private let admission: Admission?
    // Unchecked at run time: only the loop's thread touches these, a few instructions at a time.
    @exclusivity(unchecked) var channel: (any Channel)?
    @exclusivity(unchecked) var socket: ChannelSocket?
    @exclusivity(unchecked) var closeReason: UDPError?
    // Written before anybody has the socket, and never again.
    @exclusivity(unchecked) private(set) var local: SocketAddress?
    @exclusivity(unchecked) private(set) var remote: SocketAddress?

    // MARK: Inbound
    @exclusivity(unchecked) private var arrivals: DatagramArrivals
    /// How many more wake-ups bring one datagram each, as far as the last have shown.
    @exclusivity(unchecked) private var singleWakeUps = 0
    @exclusivity(unchecked) private var singleWakeUpsNext = 0
    @exclusivity(unchecked) private var queue = CircularBuffer<Datagram>(initialCapacity: 16)
    /// How many at the head of the queue have memory of their own.
    @exclusivity(unchecked) private var ownCount = 0
    @exclusivity(unchecked) private var reader: Reader?
    @exclusivity(unchecked) private var isDrained = false
    @exclusivity(unchecked) private var refusal: UDPError?

    // MARK: Outbound
    @exclusivity(unchecked) var batch: DatagramBatch
    @exclusivity(unchecked) var isDirty = false
    @exclusivity(unchecked) var isBlocked = false
    @exclusivity(unchecked) var writers: [Writer] = []

    @exclusivity(unchecked) private var readDue = TickTimers.never
    /// Where the loop's timers keep the socket; theirs to write.
    @exclusivity(unchecked) package var timerIndex = -1
    /// What the loop counts, and what others see of it.
    @exclusivity(unchecked) var tally = UDPStatistics()
    private let published = Mutex(UDPStatistics())

    init(loop: Loop, limits: UDPLimits, admission: Admission?) {
        precondition(
            (1...UDPLimits.largestDatagramSize).contains(limits.maximumDatagramSize),
            "a datagram has between 1 and 65,507 bytes"
        )
        precondition(limits.inboundQueueSize > 0, "a queue without room would drop everything")
        self.loop = loop
        self.limits = limits
        self.admission = admission
        batch = DatagramBatch(maximumDatagramSize: limits.maximumDatagramSize)
        arrivals = DatagramArrivals(maximumDatagramSize: limits.maximumDatagramSize)
    }

    // MARK: Receiving

    /// The datagrams that arrive.
    public var inbound: UDPInbound { UDPInbound(socket: self) }

    /// Waits for the next datagram.
    ///
    /// - Returns: What arrived; nil when the server shuts down and nothing is left.
    /// - Throws: ``UDPError``; `CancellationError`.
    public func receive() async throws -> Datagram? {
        if loop.isCurrent, let datagram = takeDatagram() { return datagram }
        return try await wait(ticks: TickTimers.never)
    }

    /// Waits for the next datagram, until `deadline` at the latest.
    ///
    /// - Parameter deadline: When to give up; looked at every 100 milliseconds.
    /// - Returns: As ``receive()``.
    /// - Throws: As ``receive()``; ``UDPError/Code/receiveTimedOut`` when the deadline has come.
    public func receive(until deadline: ContinuousClock.Instant) async throws -> Datagram? {
        if loop.isCurrent, let datagram = takeDatagram() { return datagram }
        let left = max(.zero, ContinuousClock.now.duration(to: deadline))
        return try await wait(ticks: TickTimers.ticks(in: left))
    }

    // MARK: Who is there

    /// The address on this side.
    public var localAddress: NetworkAddress? { local.map(NetworkAddress.init) }

    /// The peer that the socket is connected to; nil when it is not connected.
    public var remoteAddress: NetworkAddress? { remote.map(NetworkAddress.init) }

    /// What the socket has seen and done.
    public var statistics: UDPStatistics { published.withLock { $0 } }

    /// Closes the socket; whoever receives or sends gets ``UDPError/Code/closed``.
    ///
    /// What has arrived and was not received is lost.
    public func close() {
        loop.run {
            self.sendBatch()
            self.queue.removeAll()
            self.ownCount = 0
            self.fail(.closedHere)
        }
    }

    // MARK: The loop's side

    /// The socket is there.
    func opened(_ channel: any Channel) {
        self.channel = channel
        socket = ChannelSocket(of: channel)
        local = channel.localAddress
        remote = channel.remoteAddress
        loop.addTimed(self)
    }

    /// A datagram has arrived; ``arrivalsEnded()`` follows.
    func arrived(_ payload: ByteBuffer, from peer: NetworkAddress) {
        var payload = payload
        let isTruncated = payload.readableBytes > limits.maximumDatagramSize
        let isAdmitted = admission?(peer) ?? true
        let hasRoom = queue.count < limits.inboundQueueSize
        tally.received += 1
        if isTruncated { tally.truncated += 1 }
        if !isAdmitted {
            tally.refused += 1
        } else if !hasRoom {
            tally.dropped += 1
        }
        // `admission` may have closed the socket.
        guard isAdmitted, hasRoom, !isDrained, closeReason == nil else { return }
        if isTruncated {
            payload.moveWriterIndex(to: payload.readerIndex + limits.maximumDatagramSize)
        }
        queue.append(Datagram(payload: payload, peer: peer, isTruncated: isTruncated))
    }

    /// The channel has read one datagram; takes what came with it.
    func arrivalsEnded() {
        receiveRest()
        publishTally()
        loop.turn { answerReader() }
        keepRest()
    }

    /// Receives what waits in the kernel, unless the last wake-ups brought one datagram each: to
    /// ask in vain costs a system call, too.
    private func receiveRest() {
        guard singleWakeUps == 0 else {
            singleWakeUps -= 1
            return
        }
        // Throws when the socket is closed, so that its number is never another's.
        let result = try? socket?.withDescriptor { arrivals.receive(on: $0) }
        guard let count = result else { return }
        guard count > 0 else {
            singleWakeUpsNext = min(8, 2 * singleWakeUpsNext + 1)
            singleWakeUps = singleWakeUpsNext
            if count != -Int(EAGAIN) {
                receivingFailed(IOError(errnoCode: CInt(-count), reason: "recvmmsg"))
            }
            return
        }
        singleWakeUpsNext = 0
        for index in 0..<count {
            if let peer = arrivals.peer(index) {
                arrived(arrivals.payload(index), from: peer)
            } else {
                tally.received += 1
                tally.dropped += 1
            }
        }
    }

    /// A receive failed: the socket breaks, unless it was only told of its peer.
    func receivingFailed(_ error: any Error) {
        if let error = error as? IOError, error.errnoCode == ECONNREFUSED {
            refused(error)
        } else {
            fail(UDPError(.socketFailed, "The socket broke.", cause: error))
        }
    }

    func publishTally() {
        let tally = tally
        published.withLock { $0 = tally }
    }

    /// Gives what is left in the queue memory of its own: otherwise a datagram of one byte would
    /// hold the room for a whole batch.
    private func keepRest() {
        while ownCount < queue.count {
            let index = queue.index(queue.startIndex, offsetBy: ownCount)
            var own = ByteBuffer()
            own.writeImmutableBuffer(queue[index].payload)
            queue[index].payload = own
            ownCount += 1
        }
    }

    private func takeDatagram() -> Datagram? {
        if ownCount > 0 { ownCount -= 1 }
        return queue.popFirst()
    }

    /// The peer's host says that nobody listens; the next to receive is told.
    func refused(_ error: any Error) {
        refusal = UDPError(.peerRefused, "Nobody listens at the peer's address.", cause: error)
        loop.turn { answerReader() }
    }

    /// The server shuts down: nothing is received any more but what has arrived.
    func drain() {
        loop.run {
            self.isDrained = true
            self.answerReader()
        }
    }

    /// Closes the socket for `reason`.
    func fail(_ reason: UDPError) {
        closeReason = closeReason ?? reason
        channel?.close(promise: nil)
    }

    /// The socket is gone.
    func closed() {
        closeReason = closeReason ?? UDPError(.socketFailed, "The socket broke.")
        if timerIndex >= 0 { loop.removeTimed(self) }
        channel = nil
        socket = nil
        publishTally()
        answerReader()
        resumeWriters()
    }
}

// Sound because every stored `var` is touched on the socket's loop only, and what is called from
// elsewhere goes through `Loop.run`.
extension UDPSocket: @unchecked Sendable {}

// MARK: - Waiting

extension UDPSocket {
    /// A task that waits for a datagram.
    fileprivate struct Reader {
        // Unsafe continuations allocate nothing. Sound because a reader is resumed where it is
        // taken out of the socket, which happens once.
        let continuation: UnsafeContinuation<Datagram?, any Error>
        let wait: StreamWait
    }

    private func wait(ticks: TickTimers.Tick) async throws -> Datagram? {
        try Task.checkCancellation()
        let wait = StreamWait()
        return try await withTaskCancellationHandler {
            // Sound because a reader is resumed exactly once; see `Reader`.
            try await withUnsafeThrowingContinuation { continuation in
                let reader = Reader(continuation: continuation, wait: wait)
                // A closure that crosses threads is allocated.
                if loop.isCurrent {
                    self.wait(reader, ticks: ticks)
                } else {
                    loop.run { self.wait(reader, ticks: ticks) }
                }
            }
        } onCancel: {
            loop.run { self.wasCancelled(wait) }
        }
    }

    private func wait(_ waiting: Reader, ticks: TickTimers.Tick) {
        guard reader == nil else {
            let error = UDPError(.receiveInProgress, "Another task receives from this socket.")
            waiting.continuation.resume(throwing: error)
            return
        }
        if waiting.wait.isCancelled {
            waiting.continuation.resume(throwing: CancellationError())
            return
        }
        reader = waiting
        readDue = loop.tick(after: ticks)
        answerReader()
    }

    private func wasCancelled(_ wait: StreamWait) {
        wait.isCancelled = true
        if reader?.wait === wait {
            takeReader()?.continuation.resume(throwing: CancellationError())
        }
        cancelWriter(wait)
    }

    private func takeReader() -> Reader? {
        let taken = reader
        reader = nil
        readDue = TickTimers.never
        return taken
    }

    /// Resumes the task that receives, if there is something to tell it.
    func answerReader() {
        guard reader != nil else { return }
        if let datagram = takeDatagram() {
            takeReader()?.continuation.resume(returning: datagram)
        } else if let refusal {
            self.refusal = nil
            takeReader()?.continuation.resume(throwing: refusal)
        } else if let closeReason {
            takeReader()?.continuation.resume(throwing: closeReason)
        } else if isDrained {
            takeReader()?.continuation.resume(returning: nil)
        }
    }
}

extension UDPSocket: Timed {
    /// When the task that receives gives up.
    package var dueTick: TickTimers.Tick { readDue }

    /// The time-out is due; the loop calls it.
    package func timedOut() {
        let error = UDPError(.receiveTimedOut, "Nothing arrived in time.")
        takeReader()?.continuation.resume(throwing: error)
    }
}
