import NIOCore
import Synchronization

// MARK: - The connection's life

extension TCPStream: OwnedConnection, Closable {
    /// Whoever accepted or made the connection.
    package var owner: AnyObject? { connection?.owner }

    /// The connection exists; its TLS handshake is still to come.
    package func attached(_ connection: Connection) {
        self.connection = connection
        phaseDue = loop.tick(after: settings.limits.handshakeTimeout)
        loop.addTimed(self)
    }

    /// The connection is ready.
    package func opened(_ connection: Connection) {
        phase = .open
        phaseDue = TickTimers.never
        introduce(connection)
        connection.setOutboundWaterMarks(
            low: settings.limits.outboundLowWaterMark,
            high: settings.limits.outboundHighWaterMark
        )
        lastActivity = loop.timers.now
        idleDue = loop.tick(after: settings.timeouts.idle)
        keeper.opened(self)
    }

    /// The connection is gone.
    package func closed(_ error: (any Error)?) {
        if phase == .open, error == nil, isOutputSent, connection?.isTruncated == false {
            // The peer has finished writing too; the channel says that by closing.
            hasInputEnded = true
        }
        let broke = phase == .opening || (phase == .open && (error != nil || !isOver))
        if broke, closeReason == nil {
            closeReason = .lost(error)
        }
        phase = .closed
        if timerIndex >= 0 { loop.removeTimed(self) }
        connection = nil
        out = .init()
        answerReader()
        for writer in takeWriters() {
            writer.continuation.resume(throwing: closeReason ?? .closedHere)
        }
        keeper.closed(self, broke: broke)
    }

    /// Whether both sides have finished writing.
    private var isOver: Bool { hasInputEnded && isOutputSent }

    /// The server shuts down: no more is read than has arrived.
    package func drain() {
        isDrained.store(true, ordering: .relaxed)
        switch phase {
        case .opening: abort(.closedHere)
        case .open: answerReader()
        case .closing, .closed: break
        }
    }

    /// The server's patience is over.
    package func closeNow() {
        abort(.closedHere)
        cancelHandler()
    }

    // MARK: Closing

    /// Sends what was written, then closes.
    func beginClosing() {
        guard phase == .open else { return }
        phase = .closing
        idleDue = TickTimers.never
        inboundBytes = .init()
        connection?.resumeReading()
        for writer in takeWriters() {
            writer.continuation.resume(throwing: TCPError.closedHere)
        }
        answerReader()
        if !isOutputFinished {
            finishOutput()
        } else if isOutputSent {
            linger()
        }
    }

    /// Waits for the peer to close, so that what it has not read yet is not lost.
    func linger() {
        guard settings.lingers, !hasInputEnded else {
            connection?.close()
            return
        }
        phaseDue = loop.tick(after: settings.limits.lingerTimeout)
    }

    /// Resets the connection for `reason`.
    func abort(_ reason: TCPError) {
        guard phase != .closed else { return }
        closeReason = closeReason ?? reason
        guard let connection else { return }
        connection.abort()
    }
}
