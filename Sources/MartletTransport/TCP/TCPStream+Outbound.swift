import NIOCore

// MARK: - What is written

extension TCPStream: TurnEndObserver {
    /// Pieces up to this size are copied together; larger ones are handed on as they are.
    private static var copiedSize: Int { 4096 }

    /// How much one stream writes before the loop's other connections get their turn, however fast
    /// its peer reads.
    private static var turnBudget: UInt32 { 1024 * 1024 }

    /// A scratch buffer that has grown larger than this is let go.
    private static var keptScratchSize: Int { 256 * 1024 }

    /// - Throws: Why nothing can be written.
    func checkWritable() throws {
        guard connection != nil, phase == .open, closeReason == nil else {
            throw closeReason ?? .closedHere
        }
        if isOutputFinished {
            throw TCPError(.writingFinished, "Something was written after finishWriting().")
        }
    }

    /// Takes `bytes` to be sent when the turn ends.
    func gather(_ bytes: ByteBuffer) throws {
        try checkWritable()
        let count = bytes.readableBytes
        guard count > 0 else { return }
        writtenInTurn = UInt32(clamping: Int(writtenInTurn) + count)
        if out.readableBytes == 0 {
            // Mostly there is one write in a turn, and then nothing is copied.
            out = bytes
        } else if count <= Self.copiedSize {
            copy(bytes)
        } else {
            handOver()
            out = bytes
        }
        if out.readableBytes >= settings.limits.outboundHighWaterMark {
            sendOutput()
        } else if !isDirty {
            isDirty = true
            loop.turn { loop.atTurnEnd(self) }
        }
    }

    private func copy(_ bytes: ByteBuffer) {
        if !isOutScratch {
            if out.readableBytes > Self.copiedSize {
                handOver()
            }
            var scratch = ByteBuffer()
            swap(&scratch, &loop.scratch)
            if out.readableBytes > 0 {
                scratch.writeImmutableBuffer(out)
            }
            out = scratch
            isOutScratch = true
        }
        out.writeImmutableBuffer(bytes)
    }

    /// Takes what is gathered.
    ///
    /// Before it is sent: the channel may call back before it returns, and what it calls may write.
    private func takeOutput() -> (bytes: ByteBuffer, isScratch: Bool) {
        var taken = ByteBuffer()
        swap(&taken, &out)
        let wasScratch = isOutScratch
        isOutScratch = false
        return (taken, wasScratch)
    }

    /// Hands what is gathered to the channel.
    private func handOver() {
        connection?.write(takeOutput().bytes)
    }

    /// Sends what is gathered.
    func sendOutput() {
        guard let connection else { return }
        var (sent, isScratch) = takeOutput()
        lastActivity = loop.timers.now
        if sent.readableBytes > 0 {
            connection.send(sent)
        } else {
            connection.flush()
        }
        if isScratch { giveBack(&sent) }
    }

    /// After a flush the storage is mostly ours alone, and is used again.
    private func giveBack(_ buffer: inout ByteBuffer) {
        guard loop.scratch.capacity == 0, buffer.capacity <= Self.keptScratchSize else { return }
        buffer.clear()
        swap(&buffer, &loop.scratch)
    }

    /// Sends what the turn has gathered; the loop calls it.
    package func turnEnded() {
        isDirty = false
        writtenInTurn = 0
        sendOutput()
    }

    // MARK: Waiting for the peer

    /// Whether the peer does not keep up, or this stream has had more than its share.
    var mustWait: Bool {
        connection?.isWritable == false || writtenInTurn > Self.turnBudget
    }

    /// Has `waiting` wait for the peer, unless there is something to tell it now.
    func wait(_ waiting: Writer) {
        guard let connection, phase == .open else {
            waiting.continuation.resume(throwing: closeReason ?? .closedHere)
            return
        }
        if isCancelled(waiting.wait) {
            waiting.continuation.resume(throwing: CancellationError())
            return
        }
        sendOutput()
        guard mustWait else {
            waiting.continuation.resume()
            return
        }
        writers.append(waiting)
        if !connection.isWritable {
            watchForStall()
        } else if !isYielding {
            isYielding = true
            loop.eventLoop.execute {
                self.isYielding = false
                self.writtenInTurn = 0
                self.loop.turn { self.writabilityChanged() }
            }
        }
    }

    /// The peer keeps up again, or the other way round.
    package func writabilityChanged() {
        guard connection?.isWritable == true, !isYielding else {
            // A writer that yielded may find that the peer does not keep up any more.
            if connection?.isWritable == false, !writers.isEmpty, writeDue == TickTimers.never {
                watchForStall()
            }
            return
        }
        if phase == .open {
            writeDue = TickTimers.never
        }
        for writer in takeWriters() {
            writer.continuation.resume()
        }
    }

    /// Takes all writers out, to be resumed by the caller.
    func takeWriters() -> [Writer] {
        guard !writers.isEmpty else { return [] }
        let taken = writers
        writers = []
        return taken
    }

    // MARK: The end of writing

    /// Sends what is gathered and then, when the kernel has it all, that there is no more.
    func finishOutput() {
        guard !isOutputFinished, let connection else { return }
        isOutputFinished = true
        sendOutput()
        watchForStall()
        connection.flush { [self] in
            // Not within the channel's writing: a farewell of TLS would not be sent any more.
            loop.eventLoop.execute { self.loop.turn { self.outputSent() } }
        }
    }

    private func outputSent() {
        guard let connection else { return }
        isOutputSent = true
        writeDue = TickTimers.never
        if phase == .closing, hasInputEnded || !settings.lingers {
            connection.close()
        } else {
            // With an input that has ended this closes the connection.
            connection.closeOutput()
            if phase == .closing { linger() }
        }
    }
}
