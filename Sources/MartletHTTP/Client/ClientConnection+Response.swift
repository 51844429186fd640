import HTTPTypes
import MartletTransport
import NIOCore

// MARK: - Taking the response out of the bytes

extension ClientConnection {
    /// Goes on with whatever the bytes that are here allow.
    func process() {
        guard !isProcessing else { return }
        isProcessing = true
        defer { isProcessing = false }
        while case .exchanging = phase {
            guard exchange.waiter != nil ? takeHead() : takeBody() else { return }
        }
    }

    /// - Returns: Whether to look again.
    private func takeHead() -> Bool {
        switch parser.next() {
        case .needsMore:
            return false
        case .head(let head):
            respond(head)
            return true
        case .refused(let error):
            refuse(error)
            return false
        case .data, .end:
            preconditionFailure("The parser gives content after a head only.")
        }
    }

    private func refuse(_ error: HTTP1Error) {
        failExchange(clientError(error))
        close()
    }

    private func clientError(_ error: HTTP1Error) -> HTTPClientError {
        let isTooLarge = error.status == .contentTooLarge
        return HTTPClientError(
            isTooLarge ? .responseTooLarge : .malformedResponse,
            error.reason
        )
    }

    private func respond(_ head: ResponseHead) {
        exchange.keepsAlive = head.keepsAlive
        deadlineTick = TickTimers.never
        var response = Response(head.status, headers: head.headers)
        switch head.framing {
        case .none:
            complete(response)
        case .length(let length):
            response.body = gather(length: length)
            complete(response)
        case .chunked, .untilClose:
            response.body = gather(length: nil)
            complete(response)
        }
    }

    private func complete(_ response: Response) {
        guard let waiter = exchange.waiter else { return }
        exchange.waiter = nil
        let isWhole = exchange.incoming == nil
        if isWhole {
            finishExchange()
        }
        waiter.resume(returning: response)
    }

    /// The body, whole when all of it is here already, else as a stream.
    private func gather(length: Int?) -> Body {
        var gathered = ByteBuffer()
        while gathered.readableBytes <= configuration.bodyBufferSize {
            switch parser.next() {
            case .data(let piece):
                if gathered.readableBytes == 0 {
                    gathered = piece
                } else {
                    gathered.writeImmutableBuffer(piece)
                }
            case .end(let trailers):
                guard let trailers else { return Body(gathered) }
                let incoming = startStreaming(gathered)
                incoming.finish(trailers: trailers)
                exchange.incoming = nil
                return Body(arriving: incoming, length: gathered.readableBytes)
            case .needsMore:
                return Body(arriving: startStreaming(gathered), length: length)
            case .refused(let error):
                let incoming = startStreaming(gathered)
                incoming.fail(clientError(error))
                exchange.keepsAlive = false
                exchange.incoming = nil
                return Body(arriving: incoming, length: length)
            case .head:
                preconditionFailure("A body ends before the next head.")
            }
        }
        return Body(arriving: startStreaming(gathered), length: length)
    }

    private func startStreaming(_ begun: ByteBuffer) -> IncomingBody {
        let number = exchange.number
        let incoming = IncomingBody(
            limit: configuration.bodyBufferSize,
            startsPaused: false
        ) { [weak self, loop] signal in
            loop.run { [weak self] in self?.bodySignal(signal, number: number) }
        }
        exchange.incoming = incoming
        if begun.readableBytes > 0, !incoming.push(begun) {
            holdReading()
        }
        awaitBody()
        return incoming
    }

    private func awaitBody() {
        timeoutTick = exchange.bodyWait.dueTick(
            idle: configuration.bodyIdleTimeout,
            framing: configuration.framingTimeout,
            isWithinFraming: parser.isWithinFraming,
            timers: loop.timers
        )
    }

    private func holdReading() {
        exchange.isReadingHeld = true
        clearTimeout()
        connection?.pauseReading()
    }

    /// Moves what has come of the body to its reader.
    ///
    /// - Returns: Whether to look again.
    private func takeBody() -> Bool {
        guard let incoming = exchange.incoming, !exchange.isReadingHeld else { return false }
        switch parser.next() {
        case .needsMore:
            awaitBody()
            return false
        case .data(let piece):
            exchange.bodyWait.reset()
            if !incoming.push(piece) { holdReading() }
            return true
        case .end(let trailers):
            incoming.finish(trailers: trailers)
            finishExchange()
            return true
        case .refused(let error):
            refuse(error)
            return false
        case .head:
            preconditionFailure("A body ends before the next head.")
        }
    }

    private func bodySignal(_ signal: IncomingBody.Signal, number: UInt64) {
        guard number == exchange.number, case .exchanging = phase else { return }
        switch signal {
        case .wantsMore:
            exchange.isReadingHeld = false
            connection?.resumeReading()
            process()
            if hasInputEnded { inputEnded() }
        case .abandoned:
            failExchange(CancellationError())
            close()
        }
    }
}
