package import NIOCore

// MARK: - What arrives

extension TCPStream {
    /// What a read finds without waiting.
    enum Arrived {
        case bytes(ByteBuffer)
        case end
        case nothing
        /// The reader is not on the loop, or not the stream's own task.
        case elsewhere
    }

    /// Takes what has arrived.
    func readNow() throws -> Arrived {
        guard loop.isCurrent else { return .elsewhere }
        if inboundBytes.readableBytes > 0 { return .bytes(takeInbound()) }
        if try isAtEnd() { return .end }
        guard isInRootTask else { return .elsewhere }
        try Task.checkCancellation()
        return .nothing
    }

    /// Takes all that has arrived.
    func takeInbound() -> ByteBuffer {
        var taken = ByteBuffer()
        swap(&taken, &inboundBytes)
        connection?.resumeReading()
        return taken
    }

    /// Whether nothing more will come.
    ///
    /// - Throws: Why nothing more will come, if not because the peer has finished writing.
    func isAtEnd() throws -> Bool {
        if hasInputEnded { return true }
        if phase == .closing || phase == .closed { throw closeReason ?? .closedHere }
        return isInboundCutOff
    }

    /// Whether the server shuts down and its streams end therefore.
    private var isInboundCutOff: Bool { isDraining && settings.inboundEndsOnDrain }

    /// Has `waiting` wait for bytes, unless there is something to tell it now.
    func wait(_ waiting: Reader) {
        guard reader == nil else {
            let error = TCPError(.readInProgress, "Another task reads from this stream.")
            waiting.continuation.resume(throwing: error)
            return
        }
        reader = waiting
        if isCancelled(waiting.wait) {
            takeReader()?.continuation.resume(throwing: CancellationError())
            return
        }
        readDue = min(loop.tick(after: settings.timeouts.read), readDeadlineTick)
        answerReader()
    }

    /// Takes the reader out, to be resumed by the caller.
    func takeReader() -> Reader? {
        let taken = reader
        reader = nil
        readDue = TickTimers.never
        return taken
    }

    /// Resumes the reader if there is something to tell it.
    func answerReader() {
        guard reader != nil else { return }
        if inboundBytes.readableBytes > 0 {
            takeReader()?.continuation.resume(returning: takeInbound())
            return
        }
        do {
            if try isAtEnd() {
                takeReader()?.continuation.resume(returning: nil)
            }
        } catch {
            takeReader()?.continuation.resume(throwing: error)
        }
    }

    /// Bytes have arrived.
    package func received(_ bytes: ByteBuffer) {
        guard phase == .open, closeReason == nil, !isInboundCutOff else { return }
        lastActivity = loop.timers.now
        if reader != nil, inboundBytes.readableBytes == 0 {
            takeReader()?.continuation.resume(returning: bytes)
            return
        }
        if inboundBytes.readableBytes == 0 {
            inboundBytes = bytes
        } else {
            inboundBytes.writeImmutableBuffer(bytes)
        }
        if inboundBytes.readableBytes >= settings.limits.inboundBufferSize {
            connection?.pauseReading()
        }
    }

    /// The peer has finished writing.
    package func inputEnded() {
        lastActivity = loop.timers.now
        if connection?.isTruncated == true, phase == .open {
            abort(TCPError(.connectionLost, "The peer left TLS without saying so."))
            return
        }
        hasInputEnded = true
        if phase == .closing, isOutputSent {
            connection?.close()
        }
        answerReader()
    }
}
