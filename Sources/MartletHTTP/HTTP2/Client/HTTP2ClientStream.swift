import MartletTransport
import NIOCore

/// One stream of a client: a request on its way, and the response to it.
// Sound because it is touched on the loop of its connection only; what may come from elsewhere goes
// through `Loop.run`.
final class HTTP2ClientStream: @unchecked Sendable {
    let connection: HTTP2ClientConnection
    /// Tells exchanges of a connection apart before they have a stream, too.
    let number: UInt64
    @exclusivity(unchecked) var id = HTTP2StreamID.connection
    @exclusivity(unchecked) var isHead = false

    // MARK: The request
    /// What is being sent; more is taken when it is gone.
    @exclusivity(unchecked) var out = ByteBuffer()
    @exclusivity(unchecked) var endsAfterOut = false
    @exclusivity(unchecked) var trailers: Headers?
    /// How much the request still has to bring, when it said so.
    @exclusivity(unchecked) var requestLeft: Int?
    @exclusivity(unchecked) var hasRequestEnded = false
    /// Sends the request's body, when it streams.
    @exclusivity(unchecked) var sender: Task<Void, Never>?
    @exclusivity(unchecked) private var writer: CheckedContinuation<Void, any Error>?

    // MARK: The response
    /// Who waits for the head.
    @exclusivity(unchecked) var waiter: ExchangeWaiter?
    /// The head, while what comes with it is gathered.
    @exclusivity(unchecked) var response: Response?
    @exclusivity(unchecked) private(set) var hasResponse = false
    @exclusivity(unchecked) var length: Int?
    @exclusivity(unchecked) private var gathered = ByteBuffer()
    @exclusivity(unchecked) private var incoming: IncomingBody?
    /// How much of the body has come.
    @exclusivity(unchecked) var bodyCount = 0
    /// What the reader has not made room for yet.
    @exclusivity(unchecked) private var heldCredit = 0

    // MARK: Time
    /// When the head must have come, and when that is to be looked at.
    @exclusivity(unchecked) let deadline: ContinuousClock.Instant
    @exclusivity(unchecked) var deadlineTick = TickTimers.never
    /// When more of the body must have come.
    @exclusivity(unchecked) private(set) var bodyDue = TickTimers.never
    @exclusivity(unchecked) private(set) var hasEnded = false

    init(
        _ connection: HTTP2ClientConnection,
        number: UInt64,
        deadline: ContinuousClock.Instant,
        waiter: ExchangeWaiter
    ) {
        self.connection = connection
        self.number = number
        self.deadline = deadline
        self.waiter = waiter
    }

    private var loop: Loop { connection.loop }

    // MARK: The response

    /// Takes the head; what comes with it is gathered.
    func take(_ response: Response, length: Int?) {
        hasResponse = true
        self.response = response
        self.length = length
    }

    /// Takes a piece of the body.
    func take(_ bytes: ByteBuffer) {
        bodyCount += bytes.readableBytes
        if response != nil {
            if gathered.readableBytes == 0 {
                gathered = bytes
            } else {
                gathered.writeImmutableBuffer(bytes)
            }
            heldCredit += bytes.readableBytes
            return
        }
        guard let incoming, bytes.readableBytes > 0 else {
            connection.machine.consumed(id, bytes.readableBytes)
            return
        }
        heldCredit += bytes.readableBytes
        // With room for more there will be no signal: what was held before is given back, too.
        if incoming.push(bytes) { giveCredit() }
        waitForBody()
    }

    /// Hands the response over whose content is still coming.
    func startStreaming() {
        guard var response = response.take(), let waiter = waiter.take() else { return }
        let incoming = IncomingBody(
            limit: connection.configuration.bodyBufferSize,
            startsPaused: false
        ) { [weak self, loop] signal in
            loop.run { [weak self] in self?.bodySignal(signal) }
        }
        self.incoming = incoming
        if gathered.readableBytes > 0, incoming.push(gathered) { giveCredit() }
        gathered = ByteBuffer()
        waitForBody()
        response.body = Body(arriving: incoming, length: length)
        waiter.resume(returning: response)
    }

    /// The response is complete.
    func finish(trailers: Headers?) {
        giveCredit()
        bodyDue = TickTimers.never
        if var response = response.take(), let waiter = waiter.take() {
            let bytes = gathered
            gathered = ByteBuffer()
            response.body = trailers.map { Body(bytes, trailers: $0) } ?? Body(bytes)
            waiter.resume(returning: response)
        }
        incoming?.finish(trailers: trailers)
        incoming = nil
    }

    /// Tells whoever waits, or reads the body, that nothing more will come.
    func fail(_ error: any Error) {
        hasEnded = true
        giveCredit()
        response = nil
        gathered = ByteBuffer()
        waiter.take()?.resume(throwing: error)
        incoming?.fail(error)
        incoming = nil
        endRequest(error)
    }

    /// The request is sent, or nobody wants the rest of it.
    func endRequest(_ error: (any Error)? = nil) {
        hasRequestEnded = true
        resumeWriter(throwing: error)
        if error != nil { sender?.cancel() }
        sender = nil
    }

    /// Both ends are done.
    func ended() {
        hasEnded = true
    }

    /// Gives the window back that was held for the reader.
    private func giveCredit() {
        guard heldCredit > 0 else { return }
        connection.machine.consumed(id, heldCredit)
        heldCredit = 0
        connection.markDirty()
    }

    /// Waits for more of the body, unless it is its reader who does not keep up.
    private func waitForBody() {
        bodyDue =
            heldCredit == 0
            ? loop.tick(after: connection.configuration.bodyIdleTimeout) : TickTimers.never
    }

    private func bodySignal(_ signal: IncomingBody.Signal) {
        guard !hasEnded, incoming != nil else { return }
        switch signal {
        case .wantsMore:
            giveCredit()
            waitForBody()
        case .abandoned:
            connection.cancel(self, CancellationError())
        }
    }

    // MARK: The request

    func waitUntilSent(_ continuation: CheckedContinuation<Void, any Error>) {
        if hasEnded || hasRequestEnded {
            continuation.resume(throwing: ConnectionClosedError())
        } else if out.readableBytes == 0 {
            continuation.resume()
        } else if sender?.isCancelled == true || writer != nil {
            continuation.resume(throwing: CancellationError())
        } else {
            writer = continuation
        }
    }

    func resumeWriter(throwing error: (any Error)? = nil) {
        guard let waiting = writer.take() else { return }
        if let error { waiting.resume(throwing: error) } else { waiting.resume() }
    }
}
