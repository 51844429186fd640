// MARK: - Time

extension TCPStream {
    /// How long each ``read()`` from now on may wait; nil for as long as it takes.
    ///
    /// Begins as ``TCPLimits/readTimeout``.
    public func setReadTimeout(_ duration: Duration?) {
        let ticks = TCPSettings.ticks(in: duration)
        loop.run { self.readTicks = ticks }
    }

    /// How long the peer may take nothing of what waits for it; nil for as long as it likes.
    ///
    /// Begins as ``TCPLimits/writeTimeout``.
    public func setWriteTimeout(_ duration: Duration?) {
        let ticks = TCPSettings.ticks(in: duration)
        loop.run {
            self.writeTicks = ticks
            if !self.writers.isEmpty { self.watchForStall() }
        }
    }

    /// How long nothing may be read and nothing written; nil for as long as it takes.
    ///
    /// Begins as ``TCPLimits/idleTimeout``.
    public func setIdleTimeout(_ duration: Duration?) {
        let ticks = TCPSettings.ticks(in: duration)
        loop.run {
            self.idleTicks = ticks
            if self.phase == .open {
                self.lastActivity = self.loop.timers.now
                self.idleDue = self.loop.tick(after: ticks)
            }
        }
    }
}

extension TCPStream: Timed {
    /// When the first of the stream's time-outs is due.
    package var dueTick: UInt64 {
        min(min(readDue, writeDue), min(idleDue, phaseDue))
    }

    /// A time-out is due; the loop calls it.
    package func timedOut() {
        let now = loop.timers.now
        if readDue <= now {
            let error = TCPError(.readTimedOut, "Nothing arrived in time.")
            takeReader()?.continuation.resume(throwing: error)
        }
        if writeDue <= now {
            giveUpUnlessTaking()
        }
        if idleDue <= now {
            giveUpIfIdle(now)
        }
        if phaseDue <= now {
            phaseDue = TickTimers.never
            if phase == .opening {
                abort(TCPError(.handshakeFailed, "The TLS handshake took too long."))
            } else {
                connection?.close()
            }
        }
    }

    /// Waits for the peer to take something of what waits for it.
    func watchForStall() {
        unsentAtLastLook = connection?.unsentCount ?? 0
        writeDue = loop.tick(after: writeTicks)
    }

    private func giveUpUnlessTaking() {
        guard let connection else { return }
        let unsent = connection.unsentCount
        if unsent < unsentAtLastLook {
            lastActivity = loop.timers.now
            watchForStall()
        } else {
            writeDue = TickTimers.never
            abort(TCPError(.writeTimedOut, "The peer takes nothing of the \(unsent) bytes it has."))
        }
    }

    private func giveUpIfIdle(_ now: UInt64) {
        // Reading and writing only note the tick; moving the time-out is left to it.
        let unsent = connection?.unsentCount ?? 0
        if unsent > 0, unsent < unsentWhenIdle {
            // The peer takes what was written long ago.
            lastActivity = now
        }
        unsentWhenIdle = unsent
        let due = idleTicks == TickTimers.never ? TickTimers.never : lastActivity + idleTicks
        idleDue = due
        if due <= now {
            idleDue = TickTimers.never
            abort(TCPError(.idleTimedOut, "Nothing was read and nothing written for too long."))
        }
    }
}
