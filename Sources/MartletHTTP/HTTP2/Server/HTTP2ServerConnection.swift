import HTTPTypes
import Logging
import MartletCore
import MartletTransport
import NIOCore

/// One HTTP/2 connection of a server: every stream is a call, whose handler runs on the
/// connection's loop, as it does for HTTP/1.1.
///
/// All that a turn of the loop has to say, on all streams, leaves in one write.
// Sound because it is touched on its loop only; the tasks of its streams run on that loop too, and
// whatever may come from elsewhere goes through `Loop.run`.
final class HTTP2ServerConnection: @unchecked Sendable {
    let core: ServerCore
    let shared: ServerLoop
    let loop: Loop
    // As in `ServerConnection`: one thread touches these, and no method hands out a reference.
    @exclusivity(unchecked) var connection: Connection?
    @exclusivity(unchecked) var machine: HTTP2Machine
    @exclusivity(unchecked) var decoder: HPACKDecoder
    @exclusivity(unchecked) var encoder = HPACKEncoder()
    @exclusivity(unchecked) var fields = HPACKFieldBlock()
    @exclusivity(unchecked) var reader = HTTP2HeadReader()
    @exclusivity(unchecked) var streams: [HTTP2StreamID: HTTP2ServerStream] = [:]
    /// Whom to ask, when all that came has been looked at, whether their content is whole: streams
    /// whose content has no length.
    @exclusivity(unchecked) var undecided: [HTTP2ServerStream] = []
    /// Streams whose content waits until the peer reads what is sent already.
    @exclusivity(unchecked) var waitingForSocket: [HTTP2StreamID] = []
    @exclusivity(unchecked) private(set) var peer: Peer?
    /// The request that came as HTTP/1.1, until the connection is open.
    @exclusivity(unchecked) var upgrade: HTTP2Upgrade?

    @exclusivity(unchecked) private var isDirty = false
    @exclusivity(unchecked) private var isProcessing = false
    @exclusivity(unchecked) private var isEnding = false
    @exclusivity(unchecked) private var unsentAtLastLook = Int.max
    @exclusivity(unchecked) private var unsentSince: TickTimers.Tick = 0
    /// When the connection was last idle, or has begun to drain.
    @exclusivity(unchecked) private var idleSince: TickTimers.Tick = 0
    @exclusivity(unchecked) private var startedAt: TickTimers.Tick = 0
    @exclusivity(unchecked) private var timeoutTick = TickTimers.never
    @exclusivity(unchecked) var timerIndex = -1
    /// Whether anything came since the last look, so that memory may be held for what comes next.
    @exclusivity(unchecked) private var wasUsed = false
    @exclusivity(unchecked) private var holdsMemory = true

    /// A scratch buffer that has grown larger than this is let go.
    private static let keptScratchSize = 256 * 1024
    /// How often the connection looks at what may have taken too long: every half second.
    private static let lookTicks: TickTimers.Tick = 5

    init(core: ServerCore, shared: ServerLoop, loop: Loop) {
        self.core = core
        self.shared = shared
        self.loop = loop
        machine = HTTP2Machine(role: .server, limits: core.http2Limits)
        var limits = HPACKLimits()
        limits.listSize = core.http2Limits.values.headerListSize
        limits.fieldCount = core.limits.headerCount
        decoder = HPACKDecoder(limits: limits)
    }

    var isClosed: Bool { connection == nil }
    /// Whether we have begun to end it.
    var isDraining: Bool { machine.ending.isDraining }

    /// Has what the turn gathers sent when it ends.
    func markDirty() {
        prepareOutput()
        guard !isDirty else { return }
        isDirty = true
        loop.atTurnEnd(self)
    }

    /// Takes the loop's scratch buffer when nothing is written yet.
    func prepareOutput() {
        if machine.output.capacity == 0 { swap(&machine.output, &loop.scratch) }
    }

    /// Ends the connection when all that is written has been sent.
    func endWhenSent() {
        isEnding = true
        markDirty()
    }
}

// MARK: - The connection's life

extension HTTP2ServerConnection: OwnedConnection, Closable {
    var owner: AnyObject? { connection?.owner }

    func attached(_ connection: Connection) {
        self.connection = connection
        idleSince = loop.timers.now
        timeoutTick = loop.tick(after: Self.lookTicks)
        loop.addTimed(self)
    }

    func opened(_ connection: Connection) {
        let address = connection.remoteAddress
        peer = Peer(
            address: address?.ipAddress ?? "unix",
            port: address?.port ?? 0,
            isSecure: connection.security != nil,
            certificateNames: connection.security?.peerNames ?? []
        )
        startedAt = loop.timers.now
        if let upgrade = upgrade.take() {
            startUpgraded(upgrade)
        } else {
            machine.start()
        }
        if connection.isOverLimit {
            fail(.connection(.enhanceYourCalm, "The server has too many connections."))
        }
        markDirty()
    }

    func received(_ bytes: ByteBuffer) {
        guard !isEnding else { return }
        wasUsed = true
        prepareOutput()
        machine.now = loop.timers.now
        machine.receive(bytes)
        process()
    }

    func inputEnded() {
        // Nobody gives credit or takes an answer any more.
        connection?.close()
    }

    func writabilityChanged() {
        guard let connection, connection.isWritable else { return }
        connection.resumeReading()
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
        let ended = streams
        streams.removeAll()
        waitingForSocket.removeAll()
        for stream in ended.values {
            stream.breakOff(error ?? ConnectionClosedError())
        }
    }

    func drain() {
        machine.drain()
        idleSince = loop.timers.now
        for stream in streams.values { stream.drain() }
        markDirty()
    }

    func closeNow() {
        connection?.close()
    }

    /// Ends the connection with GOAWAY.
    func fail(_ error: HTTP2Error) {
        machine.goAway(error)
        connectionFailed(error)
    }

    private func connectionFailed(_ error: HTTP2Error) {
        if let defence = error.defence { core.count(defence) }
        let defence = error.defence.map { "\($0)" } ?? "none"
        core.logger.debug(
            "An HTTP/2 connection was ended.",
            metadata: ["reason": "\(error)", "defence": "\(defence)"]
        )
        let ended = streams
        streams.removeAll()
        for stream in ended.values { stream.breakOff(error) }
        endWhenSent()
    }

    /// Takes events until there are none.
    func process() {
        guard !isProcessing else { return }
        isProcessing = true
        defer { isProcessing = false }
        while !isEnding, connection?.isWritable == true {
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
        startUndecided()
        // A peer that does not read is not read either: its requests would be answered.
        if connection?.isWritable == false { connection?.pauseReading() }
        markDirty()
    }
}

// MARK: - Output and time

extension HTTP2ServerConnection: TurnEndObserver {
    func turnEnded() {
        isDirty = false
        guard let connection else { return }
        if machine.isDrained { isEnding = true }
        var sent = ByteBuffer()
        swap(&sent, &machine.output)
        if sent.readableBytes > 0 {
            connection.send(sent)
        } else {
            connection.flush()
        }
        if connection.unsentCount == 0 { machine.sentAll() }
        // An idle connection holds none.
        if loop.scratch.capacity == 0, sent.capacity > 0, sent.capacity <= Self.keptScratchSize {
            sent.clear()
            swap(&sent, &loop.scratch)
        }
        if isEnding {
            connection.closeOutput()
            idleSince = loop.timers.now
        }
    }
}

extension HTTP2ServerConnection: Timed {
    var dueTick: TickTimers.Tick { timeoutTick }

    func timedOut() {
        let now = loop.timers.now
        timeoutTick = loop.tick(after: Self.lookTicks)
        guard let connection else { return }
        machine.now = now
        if isEnding {
            // The last words are out, or on their way to a peer that takes its time.
            if connection.unsentCount > 0 {
                idleSince = now
                giveUpUnlessTaking(connection, now)
            } else if hasPassed(.seconds(1), since: idleSince) {
                connection.close()
            }
            return
        }
        endIdle(now)
        if machine.awaitsSettings, hasPassed(core.limits.headTimeout, since: startedAt), !isEnding {
            fail(.connection(.settingsTimeout, "SETTINGS were not acknowledged in time."))
        }
        let stall = TickTimers.ticks(in: core.limits.writeStallTimeout)
        while now > stall, let id = machine.stalledStream(before: now - stall) {
            core.count(.stalledWindow)
            reset(id, .cancel, ConnectionClosedError())
        }
        for stream in streams.values {
            stream.look(now + Self.lookTicks)
            guard stream.isStarved(now) else { continue }
            let error = HTTPError(.requestTimeout, detail: "The body came too slowly.")
            reset(stream.id, stream.isAnswered ? .noError : .cancel, error)
        }
        giveUpUnlessTaking(connection, now)
    }

    private func endIdle(_ now: TickTimers.Tick) {
        if !streams.isEmpty {
            idleSince = now
        } else {
            releaseUnused()
        }
        if machine.isDraining {
            if hasPassed(.seconds(1), since: idleSince) { machine.finishDraining() }
            markDirty()
        } else if connection?.isWritable == false {
            // What is here is not looked at until the peer reads.
            return
        } else if !machine.hasPeerSettings || machine.isWithinFrame {
            if hasPassed(core.limits.headTimeout, since: idleSince), streams.isEmpty {
                fail(.connection(.protocolError, "The preface or a frame did not come in time."))
            }
        } else if streams.isEmpty, hasPassed(core.limits.keepAliveTimeout, since: idleSince) {
            machine.finishDraining()
            markDirty()
        }
    }

    /// Gives back what was held for more requests to come soon, when none came since the last look.
    private func releaseUnused() {
        defer { wasUsed = false }
        if wasUsed {
            holdsMemory = true
        } else if holdsMemory {
            holdsMemory = false
            machine.releaseMemory()
            encoder.releaseMemory()
            fields.releaseAll()
            reader = HTTP2HeadReader()
            streams = [:]
            undecided = []
            waitingForSocket = []
        }
    }

    private func hasPassed(_ duration: Duration, since start: TickTimers.Tick) -> Bool {
        loop.timers.now >= TickTimers.tick(TickTimers.ticks(in: duration), after: start)
    }

    /// Closes when the peer takes nothing of what waits for it.
    private func giveUpUnlessTaking(_ connection: Connection, _ now: TickTimers.Tick) {
        let unsent = connection.unsentCount
        let isTaking = unsent < unsentAtLastLook || (unsent == 0 && connection.isWritable)
        if isTaking { unsentSince = now }
        unsentAtLastLook = unsent
        if hasPassed(core.limits.writeStallTimeout, since: unsentSince) {
            core.count(.slowRead)
            connection.abort()
        }
    }
}
