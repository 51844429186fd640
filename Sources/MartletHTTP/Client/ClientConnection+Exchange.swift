import HTTPTypes
import MartletCore
import MartletTransport
import NIOCore

// MARK: - One exchange

extension ClientConnection: ExchangeCarrier {
    var isShared: Bool { false }

    /// Sends a request and waits for the head of its response.
    ///
    /// Called on the loop; resumes on it.
    ///
    /// - Throws: ``HTTPClientError``; `CancellationError`.
    func send(_ request: Request, deadline: ContinuousClock.Instant) async throws -> Response {
        let number = exchange.number + 1
        return try await withTaskCancellationHandler {
            // Resumed exactly once: whoever resumes takes the field.
            try await withUnsafeThrowingContinuation { continuation in
                exchange = ClientExchange(number: number, waiter: .task(continuation))
                exchange.deadline = deadline
                loop.turn {
                    begin(request)
                    if Task.isCancelled { cancelExchange(number) }
                }
            }
        } onCancel: {
            loop.run { self.cancelExchange(number) }
        }
    }

    /// Sends a request, and has `receiver` told of the response's head.
    ///
    /// Called on the loop; which task calls it, if any does, has nothing to do with the exchange.
    func begin(
        _ request: Request,
        deadline: ContinuousClock.Instant,
        receiver: any ResponseReceiver
    ) -> ExchangeTicket {
        let number = exchange.number + 1
        exchange = ClientExchange(number: number, waiter: .receiver(receiver))
        exchange.deadline = deadline
        loop.turn { begin(request) }
        return ExchangeTicket(carrier: self, number: number)
    }

    private func begin(_ request: Request) {
        guard case .idle = phase, connection != nil else {
            failExchange(HTTPClientError.closedBeforeUse)
            return
        }
        if let error = HTTPClientError.invalidTarget(request) {
            failExchange(error)
            pool.release(self)
            return
        }
        phase = .exchanging
        clearTimeout()
        parser.expect(responseTo: request.method)
        writeHead(request)
        armDeadline()
        if let body = request.body.whole {
            if body.readableBytes > 0 {
                writeWhole(body)
            }
            markDirty()
        } else {
            markDirty()
            startSending(request.body)
        }
    }

    func cancelExchange(_ number: UInt64) {
        guard number == exchange.number, case .exchanging = phase, exchange.waiter != nil else {
            return
        }
        failExchange(CancellationError())
        close()
    }

    // MARK: The request

    private func writeHead(_ request: Request) {
        prepareOutput()
        let headers = request.headers
        let userAgent = headers.contains(.userAgent) ? nil : configuration.userAgent
        let size =
            request.method.rawValue.utf8.count + request.target.utf8.count
            + request.authority.utf8.count + (userAgent?.utf8.count ?? 0)
            + HeadWriter.size(of: headers) + Self.ownFieldsSize
        HeadWriter.write(atMost: size, into: &out) { head in
            head.write(request.method.rawValue)
            head.write(" ")
            head.write(request.target)
            head.write(" HTTP/1.1\r\n")
            if !headers.contains(.hostField) {
                head.write("Host: ")
                head.write(request.authority)
                head.write("\r\n")
            }
            _ = head.writeFields(headers)
            if let userAgent {
                head.write("User-Agent: ")
                head.write(userAgent)
                head.write("\r\n")
            }
            writeFraming(request, into: &head)
            head.write("\r\n")
        }
    }

    /// The most bytes of a head's fixed text, the fields of framing and the empty line.
    private static let ownFieldsSize = 128

    private func writeFraming(_ request: Request, into head: inout HeadWriter) {
        guard let length = request.body.length else {
            head.write("Transfer-Encoding: chunked\r\n")
            exchange.isChunkedRequest = true
            return
        }
        let mayHaveBody =
            request.method == .post || request.method == .put || request.method == .patch
        if length > 0 || mayHaveBody {
            head.writeContentLength(length)
        }
        exchange.bytesLeft = length
    }

    private func writeWhole(_ body: ByteBuffer) {
        if body.readableBytes <= 16 * 1024 {
            out.writeImmutableBuffer(body)
        } else {
            connection?.write(out)
            out = ByteBuffer()
            connection?.write(body)
        }
    }

    /// Sends a body that streams, beside the response: either may end first.
    private func startSending(_ body: Body) {
        exchange.isSending = true
        let number = exchange.number
        let sink = RequestSink(self, number: number)
        let sender = Task.immediate(executorPreference: loop) {
            do {
                try await body.write(to: BodyWriter(sink))
                await sink.onLoop { $0.finishSending(number) }
            } catch {
                body.discard()
                await sink.onLoop { $0.sendingFailed(number, error) }
            }
        }
        if exchange.number == number, exchange.isSending {
            exchange.sender = sender
        }
    }

    /// Writes one piece of a streamed request.
    func writePiece(_ bytes: ByteBuffer, number: UInt64) throws {
        guard number == exchange.number, case .exchanging = phase, connection != nil else {
            throw HTTPClientError(.connectionClosed, "The exchange is over.")
        }
        if let left = exchange.bytesLeft {
            guard bytes.readableBytes <= left else {
                throw HTTPClientError(
                    .invalidRequest,
                    "The request body is longer than its length says."
                )
            }
            exchange.bytesLeft = left - bytes.readableBytes
        }
        if !exchange.isAwaitingResponse {
            setTimeout(configuration.bodyIdleTimeout)
        }
        prepareOutput()
        if exchange.isChunkedRequest {
            MessageWriter.writeChunkSize(bytes.readableBytes, into: &out)
        }
        writeWhole(bytes)
        if exchange.isChunkedRequest {
            prepareOutput()
            out.writeStaticString("\r\n")
        }
        if out.readableBytes > 64 * 1024 {
            sendOutput()
        }
        markDirty()
    }

    private func finishSending(_ number: UInt64) {
        guard number == exchange.number, case .exchanging = phase else { return }
        if let left = exchange.bytesLeft, left > 0 {
            sendingFailed(
                number,
                HTTPClientError(
                    .invalidRequest,
                    "The request body is shorter than its length says."
                )
            )
            return
        }
        if exchange.isChunkedRequest {
            prepareOutput()
            MessageWriter.writeLastChunk(trailers: exchange.trailers, into: &out)
            markDirty()
        }
        exchange.isSending = false
        exchange.sender = nil
        if exchange.waiter == nil, exchange.incoming == nil {
            finishExchange()
        }
    }

    private func sendingFailed(_ number: UInt64, _ error: any Error) {
        guard number == exchange.number, case .exchanging = phase else { return }
        exchange.isSending = false
        exchange.keepsAlive = false
        if exchange.waiter != nil {
            failExchange(error)
            close()
        } else if exchange.incoming == nil {
            close()
        }
    }

    // MARK: The end

    /// Has the exchange fail at its deadline; a far one costs only a tick.
    func armDeadline() {
        deadlineTick = TickTimers.never
        guard let deadline = exchange.deadline, exchange.waiter != nil else { return }
        if let tick = loop.tick(wellBefore: deadline) {
            deadlineTick = tick
            return
        }
        let wait = max(.zero, deadline - ContinuousClock.now)
        let number = exchange.number
        loop.eventLoop.scheduleTask(in: TimeAmount(wait)) { [weak self] in
            guard let self, self.exchange.number == number, self.exchange.waiter != nil else {
                return
            }
            self.loop.turn {
                self.failExchange(
                    HTTPClientError(.deadlineExceeded, "No response came before the deadline.")
                )
                self.close()
            }
        }
    }

    /// Tells whoever waits, or reads the body, that nothing more will come.
    func failExchange(_ error: any Error) {
        deadlineTick = TickTimers.never
        if let waiter = exchange.waiter {
            exchange.waiter = nil
            waiter.resume(throwing: error)
        }
        exchange.incoming?.fail(error)
        exchange.incoming = nil
        exchange.sender?.cancel()
        exchange.sender = nil
        exchange.keepsAlive = false
        if let waiter = writeWaiter {
            writeWaiter = nil
            waiter.resume(throwing: error)
        }
    }

    /// The response is complete: the connection goes back to its pool, or closes.
    func finishExchange() {
        deadlineTick = TickTimers.never
        clearTimeout()
        exchange.incoming = nil
        if exchange.isSending, exchange.keepsAlive {
            // The response came before the request was sent; a server that takes no more of it
            // does not keep the connection for ever.
            setTimeout(configuration.bodyIdleTimeout)
            return
        }
        let isReusable =
            exchange.keepsAlive && !exchange.isSending && !hasInputEnded
            && parser.bufferedCount == 0
        exchange.sender?.cancel()
        exchange = ClientExchange(number: exchange.number)
        guard isReusable, connection != nil else {
            phase = .closed
            pool.connectionClosed(self)
            close()
            return
        }
        phase = .idle
        connection?.resumeReading()
        pool.release(self)
    }
}
