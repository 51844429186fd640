// MARK: - Time

extension TCPStream {
    /// How long each ``read()`` from now on may wait; nil for as long as it takes.
    ///
    /// Begins as ``TCPLimits/readTimeout``.
    public func setReadTimeout(_ duration: Duration?) {
        let ticks = TCPSettings.ticks(in: duration)
        loop.run { self.settings = self.settings.with(\.read, ticks) }
    }

    /// How long the peer may take nothing of what waits for it; nil for as long as it likes.
    ///
    /// Begins as ``TCPLimits/writeTimeout``.
    public func setWriteTimeout(_ duration: Duration?) {
        let ticks = TCPSettings.ticks(in: duration)
        loop.run {
            self.settings = self.settings.with(\.write, ticks)
            if !self.writers.isEmpty { self.watchForStall() }
        }
    }

    /// How long nothing may be read and nothing written; nil for as long as it takes.
    ///
    /// Begins as ``TCPLimits/idleTimeout``.
    public func setIdleTimeout(_ duration: Duration?) {
        let ticks = TCPSettings.ticks(in: duration)
        loop.run {
            self.settings = self.settings.with(\.idle, ticks)
            if self.phase == .open {
                self.lastActivity = self.loop.timers.now
                self.idleDue = self.loop.tick(after: ticks)
            }
        }
    }
}

extension TCPStream: Timed {
    /// When the first of the stream's time-outs is due.
    package var dueTick: TickTimers.Tick {
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
        unsentAtLastLook = unsentCount
        writeDue = loop.tick(after: settings.timeouts.write)
    }

    private var unsentCount: UInt32 { UInt32(clamping: connection?.unsentCount ?? 0) }

    private func giveUpUnlessTaking() {
        guard connection != nil else { return }
        let unsent = unsentCount
        if unsent < unsentAtLastLook {
            lastActivity = loop.timers.now
            watchForStall()
        } else {
            writeDue = TickTimers.never
            abort(TCPError(.writeTimedOut, "The peer takes nothing of the \(unsent) bytes it has."))
        }
    }

    private func giveUpIfIdle(_ now: TickTimers.Tick) {
        // Reading and writing only note the tick; moving the time-out is left to it.
        let unsent = unsentCount
        if unsent > 0, unsent < unsentWhenIdle {
            // The peer takes what was written long ago.
            lastActivity = now
        }
        unsentWhenIdle = unsent
        let due = TickTimers.tick(settings.timeouts.idle, after: lastActivity)
        idleDue = due
        if due <= now {
            idleDue = TickTimers.never
            abort(TCPError(.idleTimedOut, "Nothing was read and nothing written for too long."))
        }
    }
}
