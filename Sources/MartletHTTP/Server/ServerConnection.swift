import HTTPTypes
import MartletCore
import MartletTransport
import NIOCore

/// One connection of a server: takes requests out of its bytes one after the other, runs the
/// handler for each on the connection's loop, and sends the answers in order.
// Sound because it is touched on its loop only (asserted where others come in); the tasks of its
// requests run on that loop too, and whatever may come from elsewhere goes through `Loop.run`.
final class ServerConnection: @unchecked Sendable {
    /// Where the connection is in its life.
    enum Phase {
        /// Waiting for the TLS handshake, or for a request.
        case idle
        /// A head has come whose small body has not.
        indirect case awaitingBody(RequestHead)
        /// The handler runs, or its response is being sent.
        case calling
        /// The answer is out and the rest of an unread body is thrown away.
        case discardingBody
        /// The last answer is out; what still comes is thrown away until the peer closes.
        case lingering
        /// Another protocol has the connection.
        case upgraded
        /// It is closed.
        case closed
    }

    let core: ServerCore
    let shared: ServerLoop
    let loop: Loop
    // The run-time checks of exclusive access cost more than parsing a request; one thread touches
    // these, and no method hands out a reference into them while it calls another.
    @exclusivity(unchecked) var connection: Connection?
    @exclusivity(unchecked) var phase = Phase.idle
    @exclusivity(unchecked) var parser: RequestParser
    @exclusivity(unchecked) var call = ServerCall()
    @exclusivity(unchecked) var peer: Peer?

    /// What this turn has to say; gathered in the loop's scratch buffer.
    @exclusivity(unchecked) var out = ByteBuffer()
    @exclusivity(unchecked) var isDirty = false
    @exclusivity(unchecked) var closesAfterFlush = false
    @exclusivity(unchecked) var isProcessing = false
    /// Whether the next request is looked for when the turn ends.
    @exclusivity(unchecked) var goesOnAtTurnEnd = false
    @exclusivity(unchecked) var isDraining = false
    @exclusivity(unchecked) var hasInputEnded = false
    @exclusivity(unchecked) var servedAny = false
    /// Who waits until the peer keeps up.
    @exclusivity(unchecked) var writeWaiter: CheckedContinuation<Void, any Error>?

    /// How many bytes waited for the peer at the last look: fewer at the next are progress.
    var unsentAtLastLook = Int.max
    /// When a peer that takes nothing of the last answer is given up.
    var lingerStallTick = TickTimers.never
    var isOutputClosed = false
    /// Whether the body that is being sent ends with the connection.
    var isCloseDelimited = false

    /// How much of an unread body has been thrown away.
    @exclusivity(unchecked) var discardedCount = 0

    @exclusivity(unchecked) var timeoutTick = TickTimers.never
    @exclusivity(unchecked) var deadlineTick = TickTimers.never
    @exclusivity(unchecked) var timerIndex = -1

    init(core: ServerCore, shared: ServerLoop, loop: Loop) {
        self.core = core
        self.shared = shared
        self.loop = loop
        parser = RequestParser(limits: core.sharedLimits)
    }

    func setTimeout(_ duration: Duration) {
        timeoutTick = loop.tick(after: duration)
    }

    func setTimeout(ticks: TickTimers.Tick) {
        timeoutTick = loop.tick(after: ticks)
    }

    func clearTimeout() {
        timeoutTick = TickTimers.never
    }

    var isClosed: Bool {
        if case .closed = phase { true } else { false }
    }
}

// MARK: - The connection's life

extension ServerConnection: OwnedConnection, Closable {
    var owner: AnyObject? { connection?.owner }

    func attached(_ connection: Connection) {
        self.connection = connection
        setTimeout(ticks: core.headTicks)
        loop.addTimed(self)
    }

    func opened(_ connection: Connection) {
        if connection.security?.negotiatedProtocol == "h2" {
            becomeHTTP2(ByteBuffer())
        } else if connection.isOverLimit {
            refuse(HTTP1Error(.serviceUnavailable, "The server has too many connections."))
        }
    }

    func received(_ bytes: ByteBuffer) {
        if !servedAny, case .idle = phase {
            parser.feed(bytes)
            receivedFirst()
            return
        }
        switch phase {
        case .lingering, .closed:
            return
        case .idle where !parser.isWithinHead && servedAny && connection?.isWritable != false:
            parser.feed(bytes)
            // After a stray empty line it is as idle as before.
            guard parser.beginsHead() else { return }
            setTimeout(ticks: core.headTicks)
            process()
            return
        default:
            break
        }
        parser.feed(bytes)
        process()
    }

    /// Looks whether the client speaks HTTP/2 without having said so (RFC 9113 §3.3).
    private func receivedFirst() {
        switch HTTP2Preface.match(parser.buffered) {
        case .whole: becomeHTTP2(parser.passThrough())
        case .partial where !hasInputEnded: break
        case .different where speaksNoHTTP1: becomeHTTP2(parser.passThrough())
        case .partial, .different: process()
        }
    }

    /// Whether what came is a wrong preface of HTTP/2 rather than a wrong request of HTTP/1.
    private var speaksNoHTTP1: Bool {
        HTTP2Preface.isNoRequestLine(parser.buffered)
            && connection?.security?.negotiatedProtocol == nil
    }

    /// Leaves the connection to HTTP/2.
    private func becomeHTTP2(_ bytes: ByteBuffer) {
        becomeHTTP2(HTTP2ServerConnection(core: core, shared: shared, loop: loop), bytes)
    }

    private func becomeHTTP2(_ driver: HTTP2ServerConnection, _ bytes: ByteBuffer) {
        guard let connection else { return }
        phase = .closed
        loop.removeTimed(self)
        self.connection = nil
        connection.handOver(to: driver, bytes)
    }

    /// Goes over to HTTP/2 when a request asks for it whose content is here.
    ///
    /// - Returns: Whether it did; else the request is answered in HTTP/1.1.
    func upgradeToHTTP2(_ head: borrowing RequestHead, _ body: borrowing Body) -> Bool {
        guard head.asksForUpgrade, core.http2Limits.values.allowsUpgrade, !hasInputEnded,
            !isDraining, connection?.security == nil, let whole = body.whole,
            let upgrade = HTTP2Upgrade(head, body: whole)
        else { return false }
        let driver = HTTP2ServerConnection(core: core, shared: shared, loop: loop)
        guard driver.begin(with: upgrade) else { return false }
        prepareOutput()
        out.writeStaticString(
            "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n\r\n"
        )
        sendOutput()
        becomeHTTP2(driver, parser.passThrough())
        return true
    }

    func inputEnded() {
        hasInputEnded = true
        switch phase {
        case .calling:
            process()
            if writeWaiter == nil {
                setTimeout(core.limits.halfCloseGrace)
            }
        case .upgraded:
            process()
        case .lingering:
            lingerOn()
        case .idle where connection?.isWritable == false:
            // Requests that came before may wait until the peer takes the answers it has.
            break
        default:
            endWhenSent()
        }
    }

    func writabilityChanged() {
        guard let connection else { return }
        guard connection.isWritable else {
            if case .idle = phase { watchForStall() }
            return
        }
        switch phase {
        case .calling where writeWaiter != nil, .upgraded, .idle: clearTimeout()
        default: break
        }
        resumeWriter()
        // Arms the time-out of whatever is waited for now, and reads on if it has to.
        process()
    }

    func closed(_ error: (any Error)?) {
        phase = .closed
        loop.removeTimed(self)
        connection = nil
        let cause = error ?? ConnectionClosedError()
        call.incoming?.fail(cause)
        if let waiter = writeWaiter {
            writeWaiter = nil
            waiter.resume(throwing: cause)
        }
        cancelCall()
    }

    func drain() {
        isDraining = true
        switch phase {
        case .idle where !parser.isWithinHead:
            if servedAny || !(connection?.isOpen ?? false) {
                endWhenSent()
            } else {
                // It may have a request on its way; it is answered if it comes at once.
                setTimeout(.milliseconds(500))
            }
        case .upgraded:
            cancelCall()
        default:
            break
        }
    }

    func closeNow() {
        cutOff()
    }

    var dueTick: TickTimers.Tick { min(timeoutTick, deadlineTick) }

    func timedOut() {
        if deadlineTick <= timeoutTick {
            armDeadline()
            return
        }
        clearTimeout()
        switch phase {
        case .idle where connection?.isWritable == false, .calling where writeWaiter != nil,
            .upgraded where writeWaiter != nil:
            closeUnlessTaking()
        case .idle where parser.isWithinHead:
            refuse(HTTP1Error(.requestTimeout, "The request head did not come in time."))
        case .awaitingBody:
            refuse(HTTP1Error(.requestTimeout, "The body did not come in time."))
        case .calling where hasInputEnded:
            cancelCall()
        case .calling:
            // Where the rest of the body would begin and end is not waited for.
            call.keepsAlive = false
            call.incoming?.fail(HTTPError(.requestTimeout, detail: "The body came too slowly."))
        case .idle where (connection?.unsentCount ?? 0) > 0:
            closeUnlessTaking()
        case .lingering:
            lingerOn()
        case .idle, .discardingBody:
            connection?.close()
        case .upgraded, .closed:
            break
        }
    }
}

// MARK: - Output

extension ServerConnection: TurnEndObserver {
    /// Has what `out` holds sent when the turn ends.
    func markDirty() {
        guard !isDirty else { return }
        isDirty = true
        loop.atTurnEnd(self)
    }

    /// Takes the loop's scratch buffer when nothing is gathered yet.
    func prepareOutput() {
        if out.capacity == 0 {
            swap(&out, &loop.scratch)
        }
    }

    func turnEnded() {
        if goesOnAtTurnEnd {
            goesOnAtTurnEnd = false
            process()
        }
        isDirty = false
        sendOutput()
        if closesAfterFlush, !isDirty {
            closesAfterFlush = false
            beginLingering()
        }
    }

    /// Sends what is gathered and gives the buffer back to the loop.
    func sendOutput() {
        // The flush may tell us that the peer reads again, and the next request may then write.
        var sent = ByteBuffer()
        swap(&sent, &out)
        if sent.readableBytes > 0 {
            connection?.send(sent)
        } else {
            connection?.flush()
        }
        guard sent.capacity > 0, loop.scratch.capacity == 0,
            sent.capacity <= Self.keptScratchSize
        else { return }
        // After the flush the storage is mostly ours alone, and is used again.
        sent.clear()
        swap(&sent, &loop.scratch)
    }

    /// A scratch buffer that has grown larger than this is let go.
    private static let keptScratchSize = 256 * 1024

    func resumeWriter() {
        guard let waiter = writeWaiter else { return }
        writeWaiter = nil
        waiter.resume()
    }
}

/// The peer closed the connection.
struct ConnectionClosedError: Error, CustomStringConvertible {
    var description: String { "The peer closed the connection." }
}
