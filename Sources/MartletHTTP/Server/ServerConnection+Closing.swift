import MartletTransport

// MARK: - Peers that do not read, and the last answer

extension ServerConnection {
    /// Looks whether the peer has taken anything since the last look; closes when it has not.
    func closeUnlessTaking() {
        guard let connection else { return }
        let unsent = connection.unsentCount
        guard unsent < unsentAtLastLook else {
            cutOff()
            return
        }
        unsentAtLastLook = unsent
        setTimeout(core.limits.writeStallTimeout)
    }

    /// Closes before everything is sent.
    ///
    /// A body whose end is the connection's would look whole then, so that its connection is reset
    /// (RFC 9112 §8).
    func cutOff() {
        if isCloseDelimited, !isOutputClosed {
            connection?.abort()
        } else {
            connection?.close()
        }
    }

    /// Waits for the peer to take what it is sent.
    func watchForStall() {
        unsentAtLastLook = connection?.unsentCount ?? .max
        setTimeout(core.limits.writeStallTimeout)
    }

    /// Closes as soon as what has been written is sent.
    func endWhenSent() {
        if isDirty {
            closesAfterFlush = true
        } else if connection?.unsentCount ?? 0 == 0 {
            connection?.close()
        } else {
            beginLingering()
        }
    }

    /// Sees the last answer off: closing at once would lose what the peer has not taken, and bytes
    /// that still come would make the kernel reset the connection under the answer
    /// (RFC 9112 §9.6).
    func beginLingering() {
        guard !isClosed else { return }
        phase = .lingering
        unsentAtLastLook = .max
        connection?.resumeReading()
        lingerOn()
    }

    /// Goes on with it: first all is sent, then the peer has a second to close.
    func lingerOn() {
        guard let connection else { return }
        let unsent = connection.unsentCount
        if unsent > 0 {
            if unsent < unsentAtLastLook {
                lingerStallTick = loop.tick(after: core.limits.writeStallTimeout)
            }
            unsentAtLastLook = unsent
            if loop.timers.now >= lingerStallTick {
                cutOff()
            } else {
                setTimeout(.zero)
            }
        } else if hasInputEnded || isOutputClosed {
            connection.close()
        } else {
            isOutputClosed = true
            connection.closeOutput()
            setTimeout(.seconds(1))
        }
    }
}
