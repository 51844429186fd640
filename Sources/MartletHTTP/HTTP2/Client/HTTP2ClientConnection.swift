import MartletTransport
import NIOCore

/// One HTTP/2 connection of a client: every stream is an exchange.
///
/// All that a turn of the loop has to say, on all streams, leaves in one write.
// Sound because it is touched on its loop only; what may come from elsewhere goes through
// `Loop.run`.
final class HTTP2ClientConnection: @unchecked Sendable {
    let loop: Loop
    let pool: OriginPool
    let configuration: HTTPClient.Configuration
    // As in `ServerConnection`: one thread touches these, and no method hands out a reference.
    @exclusivity(unchecked) private(set) var connection: Connection?
    @exclusivity(unchecked) var machine: HTTP2Machine
    @exclusivity(unchecked) var decoder: HPACKDecoder
    @exclusivity(unchecked) var encoder = HPACKEncoder()
    @exclusivity(unchecked) var fields = HPACKFieldBlock()
    @exclusivity(unchecked) var reader = HTTP2HeadReader()
    @exclusivity(unchecked) var streams: [HTTP2StreamID: HTTP2ClientStream] = [:]
    /// Streams whose head has come: what comes with it may be all of the response.
    @exclusivity(unchecked) var undecided: [HTTP2ClientStream] = []
    /// Streams whose content waits until the server reads what is sent already.
    @exclusivity(unchecked) var waitingForSocket: [HTTP2StreamID] = []
    /// How many were given this connection, and have not sent their requests yet.
    @exclusivity(unchecked) var reserved = 0

    @exclusivity(unchecked) private var number: UInt64 = 0
    @exclusivity(unchecked) private var isDirty = false
    @exclusivity(unchecked) private var isProcessing = false
    /// Whether GOAWAY with an error is all that is still to be sent.
    @exclusivity(unchecked) private var isEnding = false
    @exclusivity(unchecked) private var startedAt: TickTimers.Tick = 0
    @exclusivity(unchecked) private var idleSince: TickTimers.Tick = 0
    @exclusivity(unchecked) private var heardAt: TickTimers.Tick = 0
    @exclusivity(unchecked) private var askedAt: TickTimers.Tick?
    @exclusivity(unchecked) private var timeoutTick = TickTimers.never
    @exclusivity(unchecked) var timerIndex = -1

    /// How often the connection looks at what may have taken too long: every half second.
    private static let lookTicks: TickTimers.Tick = 5
    /// The bytes of the PING that asks whether the server is there.
    private static let question: UInt64 = 0x4D61_7274_6C65_7403

    init(loop: Loop, pool: OriginPool, configuration: HTTPClient.Configuration) {
        self.loop = loop
        self.pool = pool
        self.configuration = configuration
        machine = HTTP2Machine(role: .client, limits: pool.http2Limits)
        var limits = HPACKLimits()
        limits.listSize = pool.http2Limits.values.headerListSize
        limits.fieldCount = pool.limits.values.headerCount
        decoder = HPACKDecoder(limits: limits)
    }

    /// Whether requests can be sent.
    var isOpen: Bool { connection != nil && !isEnding && !machine.isDraining }

    /// How many requests can be sent now.
    var availableCount: Int {
        isOpen ? max(0, machine.availableStreamCount - reserved) : 0
    }

    func nextNumber() -> UInt64 {
        number += 1
        return number
    }

    /// Has what the turn gathers sent when it ends.
    func markDirty() {
        guard !isDirty else { return }
        isDirty = true
        loop.atTurnEnd(self)
    }

    /// A stream has ended: its place is another's.
    func streamEnded() {
        idleSince = loop.timers.now
        pool.streamsChanged(on: self)
        if streams.isEmpty, machine.isDraining { markDirty() }
    }
}

// MARK: - The connection's life

extension HTTP2ClientConnection: ConnectionDriver {
    func attached(_ connection: Connection) {
        self.connection = connection
        timeoutTick = loop.tick(after: Self.lookTicks)
        loop.addTimed(self)
    }

    func opened(_ connection: Connection) {
        machine.start()
        startedAt = loop.timers.now
        idleSince = startedAt
        heardAt = startedAt
        markDirty()
    }

    func received(_ bytes: ByteBuffer) {
        guard !isEnding else { return }
        machine.now = loop.timers.now
        heardAt = machine.now
        askedAt = nil
        machine.receive(bytes)
        process()
    }

    func inputEnded() {
        connection?.close()
    }

    func writabilityChanged() {
        guard let connection, connection.isWritable else { return }
        var waiting: [HTTP2StreamID] = []
        swap(&waiting, &waitingForSocket)
        for id in waiting {
            if let stream = streams[id] { pump(stream) }
        }
        process()
    }

    func closed(_ error: (any Error)?) {
        connection = nil
        loop.removeTimed(self)
        pool.sharedConnectionClosed(self)
        failAll(
            HTTPClientError(
                .connectionClosed,
                "The server closed the connection before the response was complete.",
                cause: error
            )
        )
    }

    func drain() {
        machine.drain()
        markDirty()
    }

    private func failAll(_ error: HTTPClientError) {
        let ended = streams
        streams.removeAll()
        undecided.removeAll()
        waitingForSocket.removeAll()
        for stream in ended.values { stream.fail(error) }
    }

    /// Ends the connection with GOAWAY.
    func fail(_ error: HTTP2Error) {
        machine.goAway(error)
        connectionFailed(error)
    }

    private func connectionFailed(_ error: HTTP2Error) {
        isEnding = true
        pool.isEnding(self)
        failAll(
            HTTPClientError(
                .malformedResponse,
                "The server broke HTTP/2's rules, and the connection was ended.",
                cause: error
            )
        )
        markDirty()
    }

    /// Takes events until there are none.
    private func process() {
        guard !isProcessing else { return }
        isProcessing = true
        defer { isProcessing = false }
        while !isEnding, connection != nil {
            switch machine.next() {
            case .needsMore where undecided.isEmpty:
                markDirty()
                return
            case .needsMore:
                startUndecided()
            case .connectionError(let error):
                connectionFailed(error)
            case let event:
                handle(event)
            }
        }
        markDirty()
    }
}

// MARK: - Output and time

extension HTTP2ClientConnection: TurnEndObserver {
    func turnEnded() {
        isDirty = false
        guard let connection else { return }
        var sent = ByteBuffer()
        swap(&sent, &machine.output)
        if sent.readableBytes > 0 {
            connection.send(sent)
        } else {
            connection.flush()
        }
        if connection.unsentCount == 0 { machine.sentAll() }
        // Sending may call back, and what is called may write.
        if machine.output.capacity == 0, sent.capacity > 0, sent.capacity <= 256 * 1024 {
            sent.clear()
            swap(&sent, &machine.output)
        }
        if isEnding || (machine.isDraining && streams.isEmpty && reserved == 0) {
            connection.close()
        }
    }
}

extension HTTP2ClientConnection: Timed {
    var dueTick: TickTimers.Tick { timeoutTick }

    func timedOut() {
        let now = loop.timers.now
        timeoutTick = loop.tick(after: Self.lookTicks)
        guard connection != nil, !isEnding else {
            connection?.close()
            return
        }
        machine.now = now
        if machine.awaitsSettings, hasPassed(configuration.connectTimeout, since: startedAt),
            !machine.hasPeerSettings
        {
            fail(.connection(.settingsTimeout, "The server's SETTINGS did not come in time."))
            return
        }
        if streams.isEmpty {
            if reserved == 0, hasPassed(configuration.idleTimeout, since: idleSince) { retire() }
            return
        }
        lookAtStreams(now)
        lookAtServer(now)
    }

    /// Closes a connection that nobody uses.
    private func retire() {
        pool.isEnding(self)
        machine.drain()
        markDirty()
    }

    private func lookAtStreams(_ now: TickTimers.Tick) {
        for stream in Array(streams.values) {
            if stream.deadlineTick <= now { armDeadline(stream) }
            if stream.bodyDue <= now {
                let reason = "The response's body came too slowly."
                cancel(stream, HTTPClientError(.deadlineExceeded, reason))
            }
        }
        let stall = TickTimers.ticks(in: configuration.bodyIdleTimeout)
        while now > stall, let id = machine.stalledStream(before: now - stall) {
            guard let stream = streams[id] else {
                machine.reset(id, .cancel)
                continue
            }
            let reason = "The server took nothing of the request's body for too long."
            cancel(stream, HTTPClientError(.deadlineExceeded, reason))
        }
    }

    /// Asks a server that is silent whether it is there.
    private func lookAtServer(_ now: TickTimers.Tick) {
        guard let interval = configuration.pingInterval else { return }
        if let askedAt {
            guard hasPassed(configuration.pingTimeout, since: askedAt) else { return }
            failAll(
                HTTPClientError(
                    .connectionClosed,
                    "The server did not answer a PING within \(configuration.pingTimeout)."
                )
            )
            connection?.abort()
        } else if hasPassed(interval, since: heardAt) {
            askedAt = now
            machine.ping(Self.question)
            markDirty()
        }
    }

    private func hasPassed(_ duration: Duration, since start: TickTimers.Tick) -> Bool {
        loop.timers.now >= TickTimers.tick(TickTimers.ticks(in: duration), after: start)
    }
}
