import HTTPTypes
import MartletCore
import MartletTransport
import NIOCore

/// One stream of a server: a request, the handler that runs for it, and the answer.
// Sound because it is touched on the loop of its connection only; what may come from elsewhere goes
// through `Loop.run`.
final class HTTP2ServerStream: CallScope, @unchecked Sendable {
    let connection: HTTP2ServerConnection
    let id: HTTP2StreamID
    @exclusivity(unchecked) var isHead = false

    // MARK: The request
    /// The request while its small body is gathered.
    @exclusivity(unchecked) var awaiting: RequestContent?
    @exclusivity(unchecked) private var gathered = ByteBuffer()
    @exclusivity(unchecked) var incoming: IncomingBody?
    @exclusivity(unchecked) var hasRequestEnded = false
    @exclusivity(unchecked) var owesContinue = false
    /// How much of the body has come.
    @exclusivity(unchecked) var bodyCount = 0
    /// How much of it is to come, when the request said so.
    @exclusivity(unchecked) var bodyLeft: Int?
    /// When more of it must have come.
    @exclusivity(unchecked) var bodyDue = TickTimers.never
    /// Whether the body may be as long, and pause, as it likes.
    @exclusivity(unchecked) private var hasOwnLimits = false
    /// What the reader has not made room for yet.
    @exclusivity(unchecked) private var heldCredit = 0

    /// What comes on the stream of a CONNECT, for whom the handler makes a tunnel.
    @exclusivity(unchecked) private(set) var tunnel: Tunnel?

    // MARK: The answer
    /// What is being sent; more is taken when it is gone.
    @exclusivity(unchecked) var out = ByteBuffer()
    @exclusivity(unchecked) var endsAfterOut = false
    /// Whether the answer is out, and only the end of the request is still to come.
    @exclusivity(unchecked) var isAnswered = false
    @exclusivity(unchecked) var trailers: Headers?
    /// How much the answer still has to bring, when it said so.
    @exclusivity(unchecked) var responseLeft: Int?
    @exclusivity(unchecked) private var writer: CheckedContinuation<Void, any Error>?

    // MARK: The task
    @exclusivity(unchecked) private var task: Task<Void, Never>?
    /// The call while it is answered without a task.
    @exclusivity(unchecked) private var relay: RelayedCall?
    @exclusivity(unchecked) private var taskAddress: UInt = 0
    @exclusivity(unchecked) private var hasEnded = false
    @exclusivity(unchecked) private var deadline: ContinuousClock.Instant?
    /// When to look at the deadline again.
    @exclusivity(unchecked) private var deadlineTick = TickTimers.never
    @exclusivity(unchecked) private(set) var isCancelled = false
    @exclusivity(unchecked) private(set) var label = WorkLabel.unknown

    init(_ connection: HTTP2ServerConnection, _ id: HTTP2StreamID) {
        self.connection = connection
        self.id = id
    }

    var loop: Loop { connection.loop }

    /// Whether the body may yet turn out to be one that streams, because nobody knows its length:
    /// its window is given back as it is read then.
    private var isUndecided: Bool { awaiting != nil && bodyLeft == nil }

    // MARK: The request's body

    /// Takes a piece of the body.
    ///
    /// - Returns: Whether its window can be given back now.
    func take(_ bytes: ByteBuffer) -> Bool {
        if awaiting != nil {
            if gathered.readableBytes == 0 {
                gathered = bytes
            } else {
                gathered.writeImmutableBuffer(bytes)
            }
            guard isUndecided else { return true }
            heldCredit += bytes.readableBytes
            return false
        }
        guard let incoming, bytes.readableBytes > 0 else { return true }
        heldCredit += bytes.readableBytes
        // With room for more there will be no signal: what was held before is given back, too.
        if incoming.push(bytes) { giveCredit() }
        return false
    }

    /// The body, which has come whole.
    func takeWhole() -> ByteBuffer {
        giveCredit()
        defer { gathered = ByteBuffer() }
        return gathered
    }

    /// Streams the body from now on, beginning with what has been gathered of it.
    func stream(to incoming: IncomingBody) {
        self.incoming = incoming
        if gathered.readableBytes > 0, incoming.push(gathered) { giveCredit() }
        gathered = ByteBuffer()
        waitForBody()
    }

    /// Gives the window back that was held for the reader.
    private func giveCredit() {
        guard heldCredit > 0 else { return }
        connection.machine.consumed(id, heldCredit)
        heldCredit = 0
        connection.markDirty()
    }

    /// Whether HTTP's limits on the size and the pauses of content do not hold.
    var isBoundElsewhere: Bool { hasOwnLimits || tunnel != nil }

    /// Waits for more of the body, unless it is its reader who does not keep up.
    func waitForBody() {
        let isWaiting =
            !hasRequestEnded && heldCredit == 0 && !owesContinue && !isBoundElsewhere
        bodyDue =
            isWaiting ? loop.tick(after: connection.core.limits.bodyIdleTimeout) : TickTimers.never
    }

    /// Whether the body has not come in time.
    func isStarved(_ now: TickTimers.Tick) -> Bool { bodyDue <= now }

    /// The reader of the body wants more, or is gone.
    func bodySignal(_ signal: IncomingBody.Signal) {
        guard !hasEnded, !connection.isClosed else { return }
        if owesContinue {
            owesContinue = false
            connection.sendContinue(id)
        }
        giveCredit()
        waitForBody()
    }

    /// Takes what comes for a tunnel from now on.
    func expectTunnel(_ tunnel: Tunnel) {
        self.tunnel = tunnel
        incoming = tunnel.inbound
    }

    /// Gives the tunnel to the handler; it has no deadline.
    ///
    /// - Returns: What comes through it.
    func openTunnel() -> IncomingBody? {
        tunnel?.isOpen = true
        deadline = nil
        deadlineTick = TickTimers.never
        return tunnel?.inbound
    }

    // MARK: The task

    /// Starts the one task that a call may have.
    func startTask(_ body: @escaping @Sendable () async -> Void) {
        let task = Task.immediate(executorPreference: loop) { await body() }
        guard !hasEnded else { return }
        self.task = task
        label = loop.activity.currentLabel
        // Sound because only the address is kept, to be compared with that of the task's jobs.
        taskAddress = unsafeBitCast(task, to: UInt.self)
        loop.activity.suspend(task: taskAddress, label: label)
        armDeadline()
    }

    /// Has a request passed on, without a task.
    func startRelay(_ request: Request, _ handler: any RelayHandler) {
        let relay = RelayedCall(self, number: 0)
        self.relay = relay
        var context = CallContext()
        context.scope = self
        do {
            try handler.relay(request, context: context, call: relay)
            armDeadline()
        } catch {
            relay.finish(.failure(error))
        }
    }

    /// The answer is out, or never will be.
    func ended() {
        hasEnded = true
        if taskAddress != 0 {
            loop.activity.forget(task: taskAddress)
            taskAddress = 0
        }
        if !hasRequestEnded { incoming?.fail(CancellationError()) }
        giveCredit()
        incoming = nil
        tunnel = nil
        task = nil
        relay = nil
    }

    /// Has the handler stop.
    func cancel() {
        isCancelled = true
        let (task, relay) = (task, relay)
        task?.cancel()
        relay?.cancel()
    }

    /// The peer or the connection has gone: the handler is cancelled.
    func breakOff(_ reason: any Error) {
        isCancelled = true
        incoming?.fail(reason)
        let (task, relay) = (task, relay)
        ended()
        resumeWriter(throwing: reason)
        task?.cancel()
        relay?.cancel()
    }

    // MARK: Writers

    func waitUntilSent(_ continuation: CheckedContinuation<Void, any Error>) {
        if out.readableBytes == 0 || hasEnded {
            continuation.resume()
        } else if task?.isCancelled == true || writer != nil {
            continuation.resume(throwing: CancellationError())
        } else {
            writer = continuation
        }
    }

    func resumeWriter(throwing error: (any Error)? = nil) {
        guard let waiting = writer.take() else { return }
        if let error { waiting.resume(throwing: error) } else { waiting.resume() }
    }

    // MARK: CallScope

    func cancelCall(at instant: ContinuousClock.Instant) {
        loop.assertCurrent()
        if let deadline, deadline <= instant { return }
        deadline = instant
        if task != nil || relay != nil { armDeadline() }
    }

    func liftContentLimits() {
        hasOwnLimits = true
        bodyDue = TickTimers.never
    }

    func setLabel(_ label: WorkLabel) {
        self.label = label
        loop.activity.setLabel(label)
    }

    func forgetRelay() { relay = nil }

    /// Looks at a deadline that was far away.
    func look(_ now: TickTimers.Tick) {
        if deadlineTick <= now { armDeadline() }
    }

    /// Has the call cancelled at its deadline; one that is far is looked at again later.
    private func armDeadline() {
        deadlineTick = TickTimers.never
        guard let deadline, !hasEnded else { return }
        if let tick = loop.tick(wellBefore: deadline) {
            deadlineTick = tick
            return
        }
        let wait = max(.zero, deadline - ContinuousClock.now)
        loop.eventLoop.scheduleTask(in: TimeAmount(wait)) { [weak self] in
            guard let self, !self.hasEnded, self.deadline == deadline else { return }
            self.loop.turn { self.cancel() }
        }
    }
}
