import HTTPTypes
import MartletTransport
import NIOCore

// MARK: - Exchanges

extension HTTP2ClientConnection: ExchangeCarrier {
    var isShared: Bool { true }

    func send(_ request: Request, deadline: ContinuousClock.Instant) async throws -> Response {
        let number = nextNumber()
        return try await withTaskCancellationHandler {
            // Resumed exactly once: whoever resumes takes the stream's field.
            try await withUnsafeThrowingContinuation { continuation in
                let stream = HTTP2ClientStream(
                    self,
                    number: number,
                    deadline: deadline,
                    waiter: .task(continuation)
                )
                loop.turn {
                    begin(request, on: stream)
                    if Task.isCancelled { cancelExchange(number) }
                }
            }
        } onCancel: {
            loop.run { self.cancelExchange(number) }
        }
    }

    func begin(
        _ request: Request,
        deadline: ContinuousClock.Instant,
        receiver: any ResponseReceiver
    ) -> ExchangeTicket {
        let number = nextNumber()
        let stream = HTTP2ClientStream(
            self,
            number: number,
            deadline: deadline,
            waiter: .receiver(receiver)
        )
        loop.turn { begin(request, on: stream) }
        return ExchangeTicket(carrier: self, number: number)
    }

    func cancelExchange(_ number: UInt64) {
        let stream = streams.values.first { $0.number == number && $0.waiter != nil }
        if let stream { cancel(stream, CancellationError()) }
    }

    private func begin(_ request: Request, on stream: HTTP2ClientStream) {
        reserved -= 1
        guard isOpen else { return stream.fail(HTTPClientError.closedBeforeUse) }
        if let error = HTTPClientError.invalidTarget(request) { return stream.fail(error) }
        guard request.method != .connect else {
            let reason = "CONNECT is not sent over HTTP/2."
            return stream.fail(HTTPClientError(.invalidRequest, reason, isUnsent: true))
        }
        machine.now = loop.timers.now
        let whole = request.body.whole
        let trailers = whole == nil ? nil : request.body.trailers
        let hasBody = whole.map { $0.readableBytes > 0 || trailers != nil } ?? true
        let id = machine.openStream(endsStream: !hasBody) { block in
            encode(request, hasBody: hasBody, hasTrailers: trailers != nil, into: &block)
        }
        guard let id else { return stream.fail(HTTPClientError.closedBeforeUse) }
        stream.id = id
        stream.isHead = request.method == .head
        streams[id] = stream
        markDirty()
        armDeadline(stream)
        if !hasBody {
            stream.hasRequestEnded = true
        } else if let whole {
            stream.out = whole
            stream.trailers = trailers
            stream.endsAfterOut = true
            pump(stream)
        } else {
            stream.requestLeft = request.body.length
            startSending(request.body, on: stream)
        }
    }

    private func encode(
        _ request: Request,
        hasBody: Bool,
        hasTrailers: Bool,
        into block: inout ByteBuffer
    ) {
        encoder.encodeRequest(
            method: request.method,
            scheme: request.scheme,
            authority: request.headers[.hostField] ?? request.authority,
            target: request.target,
            into: &block
        )
        let present = encoder.encode(request.headers, into: &block)
        if let name = configuration.userAgent, !present.contains(.userAgent) {
            encoder.encode("user-agent", name, into: &block)
        }
        guard let length = request.body.length, !hasTrailers else { return }
        let mayHaveBody =
            request.method == .post || request.method == .put || request.method == .patch
        if hasBody || mayHaveBody { encoder.encodeContentLength(length, into: &block) }
    }

    // MARK: The request's content

    /// Sends a body that streams, beside the response: either may end first.
    private func startSending(_ body: Body, on stream: HTTP2ClientStream) {
        let sink = HTTP2RequestSink(stream)
        let sender = Task.immediate(executorPreference: loop) {
            do {
                try await body.write(to: BodyWriter(sink))
                await sink.onLoop { $0.connection.finishSending(on: $0) }
            } catch {
                body.discard()
                await sink.onLoop { $0.connection.sendingFailed(on: $0, error) }
            }
        }
        if !stream.hasRequestEnded, !stream.hasEnded { stream.sender = sender }
    }

    /// Writes one piece of a streamed body.
    ///
    /// - Returns: Whether the writer has to wait until it is sent.
    /// - Throws: When the stream is gone, or the body is longer than it said.
    func write(_ bytes: ByteBuffer, on stream: HTTP2ClientStream) throws -> Bool {
        guard streams[stream.id] === stream, !stream.hasRequestEnded else {
            throw HTTPClientError(.connectionClosed, "The exchange is over.")
        }
        if let left = stream.requestLeft {
            guard bytes.readableBytes <= left else {
                throw HTTPClientError(
                    .invalidRequest,
                    "The request body is longer than its length says."
                )
            }
            stream.requestLeft = left - bytes.readableBytes
        }
        stream.out = bytes
        pump(stream)
        return stream.out.readableBytes > 0
    }

    private func finishSending(on stream: HTTP2ClientStream) {
        guard streams[stream.id] === stream, !stream.hasRequestEnded else { return }
        guard stream.requestLeft ?? 0 == 0 else {
            let reason = "The request body is shorter than its length says."
            return sendingFailed(on: stream, HTTPClientError(.invalidRequest, reason))
        }
        stream.endsAfterOut = true
        pump(stream)
    }

    private func sendingFailed(on stream: HTTP2ClientStream, _ error: any Error) {
        guard streams[stream.id] === stream, !stream.hasRequestEnded else { return }
        cancel(stream, error)
    }

    /// Sends what a stream has to say, as far as the windows and the socket allow.
    func pump(_ stream: HTTP2ClientStream) {
        guard let connection else { return }
        guard connection.isWritable else {
            waitingForSocket.append(stream.id)
            return
        }
        markDirty()
        let trailers = stream.endsAfterOut ? stream.trailers : nil
        let ends = stream.endsAfterOut && trailers == nil
        switch machine.sendData(stream.id, &stream.out, endsStream: ends) {
        case .blocked:
            return
        case .closed:
            stream.out = ByteBuffer()
            stream.endRequest(ConnectionClosedError())
        case .sent:
            stream.out = ByteBuffer()
            if let trailers {
                machine.sendHeaders(stream.id, endsStream: true) { block in
                    _ = encoder.encode(trailers, into: &block)
                }
            }
            if stream.endsAfterOut {
                stream.endRequest()
            } else {
                stream.resumeWriter()
            }
        }
    }

    // MARK: The end

    /// Ends an exchange before its time.
    func cancel(_ stream: HTTP2ClientStream, _ error: any Error) {
        machine.reset(stream.id, .cancel)
        markDirty()
        remove(stream)
        stream.fail(error)
    }

    /// The stream has gone: its place is another's.
    func remove(_ stream: HTTP2ClientStream) {
        guard streams[stream.id] === stream else { return }
        streams.removeValue(forKey: stream.id)
        streamEnded()
    }

    /// Has an exchange fail at its deadline; a far one costs only a look now and then.
    func armDeadline(_ stream: HTTP2ClientStream) {
        stream.deadlineTick = TickTimers.never
        if let tick = loop.tick(wellBefore: stream.deadline) {
            stream.deadlineTick = tick
            return
        }
        let wait = max(.zero, stream.deadline - ContinuousClock.now)
        loop.eventLoop.scheduleTask(in: TimeAmount(wait)) { [weak stream, self] in
            guard let stream, stream.waiter != nil, !stream.hasEnded else { return }
            self.loop.turn {
                self.cancel(
                    stream,
                    HTTPClientError(.deadlineExceeded, "No response came before the deadline.")
                )
            }
        }
    }
}
