import HTTPTypes
import Logging
import MartletCore
import MartletTransport
import NIOCore

// MARK: - Taking requests out of the bytes

extension ServerConnection {
    /// Goes on with whatever the bytes that are here allow.
    func process() {
        guard !isProcessing else { return }
        isProcessing = true
        defer { isProcessing = false }
        while true {
            switch phase {
            case .idle:
                if connection?.isWritable == false {
                    holdUntilTaken()
                    return
                }
                guard beginRequest() else { return }
            case .awaitingBody(let head):
                guard let body = parser.takeWholeBody() else {
                    connection?.resumeReading()
                    setTimeout(core.limits.bodyIdleTimeout)
                    return
                }
                clearTimeout()
                start(head, body: Body(body))
            case .calling, .upgraded:
                guard pumpBody() else { return }
            case .discardingBody:
                guard discardBody() else { return }
            case .lingering, .closed:
                return
            }
        }
    }

    /// Takes no further request before the peer takes the answers that it has.
    private func holdUntilTaken() {
        if timeoutTick == TickTimers.never {
            watchForStall()
        }
        regulatePipelinedInput()
    }

    /// Begins the next request.
    ///
    /// - Returns: Whether to look again.
    private func beginRequest() -> Bool {
        switch parser.next() {
        case .needsMore:
            connection?.resumeReading()
            if hasInputEnded || (!parser.isWithinHead && servedAny) {
                waitForNextRequest()
            } else if timeoutTick == TickTimers.never {
                setTimeout(ticks: core.headTicks)
            }
            return false
        case .head(let head):
            servedAny = true
            clearTimeout()
            dispatch(head)
            return true
        case .refused(let error):
            refuse(error)
            return false
        case .data, .end:
            preconditionFailure("The parser gives content after a head only.")
        }
    }

    private func waitForNextRequest() {
        if isDraining || hasInputEnded {
            closesAfterFlush = true
            markDirty()
        } else {
            unsentAtLastLook = .max
            setTimeout(ticks: core.keepAliveTicks)
        }
    }

    private func dispatch(_ head: RequestHead) {
        switch head.framing {
        case .none:
            start(head, body: Body())
        case .length(let count):
            if count <= core.limits.wholeBodySize, !head.expectsContinue {
                if let body = parser.takeWholeBody() {
                    start(head, body: Body(body))
                } else {
                    phase = .awaitingBody(head)
                }
            } else {
                startStreaming(head, length: count)
            }
        case .chunked:
            startChunked(head)
        case .untilClose:
            preconditionFailure("A request's content never ends with the connection.")
        }
    }

    /// Hands a chunked body over whole when it is all here, else as a stream.
    private func startChunked(_ head: RequestHead) {
        guard !head.expectsContinue else {
            startStreaming(head, length: nil)
            return
        }
        var gathered = ByteBuffer()
        while gathered.readableBytes <= core.limits.wholeBodySize {
            switch parser.next() {
            case .data(let piece):
                if gathered.readableBytes == 0 {
                    gathered = piece
                } else {
                    gathered.writeImmutableBuffer(piece)
                }
            case .end(let trailers):
                guard let trailers else {
                    start(head, body: Body(gathered))
                    return
                }
                startStreaming(head, length: nil, begun: gathered, trailers: trailers)
                return
            case .needsMore:
                startStreaming(head, length: nil, begun: gathered)
                return
            case .refused(let error):
                refuse(error)
                return
            case .head:
                preconditionFailure("A body ends before the next head.")
            }
        }
        startStreaming(head, length: nil, begun: gathered)
    }

    private func startStreaming(
        _ head: RequestHead,
        length: Int?,
        begun: ByteBuffer = ByteBuffer(),
        trailers: Headers? = nil
    ) {
        let number = call.number
        let incoming = IncomingBody(
            limit: core.limits.bodyBufferSize,
            startsPaused: head.expectsContinue
        ) { [weak self, loop] signal in
            loop.run { [weak self] in self?.bodySignal(signal, number: number) }
        }
        call.incoming = incoming
        call.isBodyPending = true
        call.owesContinue = head.expectsContinue
        if begun.readableBytes > 0 {
            _ = incoming.push(begun)
        }
        if let trailers {
            // Before the handler runs: it may answer, and end the call, without having read them.
            call.isBodyPending = false
            incoming.finish(trailers: trailers)
        }
        start(head, body: Body(arriving: incoming, length: length))
    }

    // MARK: Bodies that stream

    /// Moves what has come of the body to its reader.
    ///
    /// - Returns: Whether to look again.
    private func pumpBody() -> Bool {
        guard let incoming = call.incoming, call.isBodyPending, !call.isReadingHeld else {
            regulatePipelinedInput()
            return false
        }
        switch parser.next() {
        case .needsMore:
            connection?.resumeReading()
            if hasInputEnded {
                endBody(incoming)
            } else if case .calling = phase, !call.owesContinue, writeWaiter == nil {
                timeoutTick = call.bodyWait.dueTick(
                    idle: core.limits.bodyIdleTimeout,
                    framing: core.limits.framingTimeout,
                    isWithinFraming: parser.isWithinFraming,
                    timers: loop.timers
                )
            }
            return false
        case .data(let piece):
            clearTimeout()
            call.bodyWait.reset()
            if !incoming.push(piece) {
                call.isReadingHeld = true
                connection?.pauseReading()
            }
            return true
        case .end(let trailers):
            clearTimeout()
            call.isBodyPending = false
            incoming.finish(trailers: trailers)
            return true
        case .refused(let error):
            call.isBodyPending = false
            call.keepsAlive = false
            incoming.fail(HTTPError(error.status, detail: error.reason))
            return true
        case .head:
            preconditionFailure("A body ends before the next head.")
        }
    }

    /// All that the peer sent has been taken, and it will send no more.
    private func endBody(_ incoming: IncomingBody) {
        call.isBodyPending = false
        if case .upgraded = phase {
            incoming.finish(trailers: nil)
        } else {
            call.keepsAlive = false
            incoming.fail(
                HTTPError(.badRequest, detail: "The connection closed within the body.")
            )
        }
    }

    /// Stops reading while enough of the requests to come is here, and reads on when it is not.
    ///
    /// The end of a call alone does not read on: each would let another read in, which may be much
    /// longer than the request that was answered.
    private func regulatePipelinedInput() {
        if parser.bufferedCount >= core.limits.pipelinedSize {
            connection?.pauseReading()
        } else if !call.isReadingHeld {
            connection?.resumeReading()
        }
    }

    private func bodySignal(_ signal: IncomingBody.Signal, number: UInt64) {
        guard number == call.number, !isClosed else { return }
        switch signal {
        case .wantsMore:
            if call.owesContinue {
                call.owesContinue = false
                prepareOutput()
                out.writeStaticString("HTTP/1.1 100 Continue\r\n\r\n")
                markDirty()
            }
        case .abandoned:
            // What still comes is thrown away, so that the peer's leaving is noticed.
            break
        }
        // Reads on when what is here is not enough.
        call.isReadingHeld = false
        process()
    }

    /// How many bytes of a body that nobody read are thrown away to keep the connection.
    static let discardLimit = 256 * 1024

    /// Throws away what is left of a body that nobody read.
    ///
    /// - Returns: Whether to look again.
    private func discardBody() -> Bool {
        switch parser.next() {
        case .data(let piece):
            discardedCount += piece.readableBytes
            guard discardedCount <= Self.discardLimit else {
                // Not at once: a reset could take the answer away from the peer (RFC 9112 §9.6).
                phase = .lingering
                connection?.resumeReading()
                endWhenSent()
                return false
            }
            return true
        case .end:
            phase = .idle
            discardedCount = 0
            return true
        case .needsMore:
            connection?.resumeReading()
            if hasInputEnded { endWhenSent() }
            return false
        case .refused, .head:
            connection?.close()
            return false
        }
    }

    // MARK: Refusing

    /// Answers what cannot be a request, and closes.
    func refuse(_ error: HTTP1Error) {
        clearTimeout()
        call.reset()
        call.keepsAlive = false
        phase = .calling
        core.logger.debug("A request was refused.", metadata: ["reason": "\(error)"])
        sendWhole(HTTPError(error.status, detail: error.reason).response(), body: nil)
        finishCall()
    }
}
