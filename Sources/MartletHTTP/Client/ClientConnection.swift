import HTTPTypes
import MartletTransport
import NIOCore

/// One connection of a client: carries one exchange after the other.
// Sound because it is touched on its loop only; what may come from elsewhere goes through
// `Loop.run`.
final class ClientConnection: @unchecked Sendable {
    enum Phase {
        /// Not connected yet.
        case connecting
        /// In its pool.
        case idle
        /// Waiting for a response's head, or for the rest of its body.
        case exchanging
        /// It is closed, or will not carry another exchange.
        case closed
    }

    let loop: Loop
    let pool: OriginPool
    let configuration: HTTPClient.Configuration
    // As in ServerConnection: one thread, and no reference into these is held across a call.
    @exclusivity(unchecked) var connection: Connection?
    @exclusivity(unchecked) var phase = Phase.connecting
    @exclusivity(unchecked) var parser: ResponseParser
    @exclusivity(unchecked) var exchange = ClientExchange()
    @exclusivity(unchecked) var opening: UnsafeContinuation<Void, any Error>?
    @exclusivity(unchecked) var writeWaiter: CheckedContinuation<Void, any Error>?

    @exclusivity(unchecked) var out = ByteBuffer()
    @exclusivity(unchecked) var isDirty = false
    @exclusivity(unchecked) var isProcessing = false
    @exclusivity(unchecked) var hasInputEnded = false
    @exclusivity(unchecked) var timeoutTick = TickTimers.never
    @exclusivity(unchecked) var deadlineTick = TickTimers.never
    @exclusivity(unchecked) var timerIndex = -1
    private var connectTimeout = Duration.zero
    /// What the connection has become, when the server speaks HTTP/2.
    private(set) var successor: HTTP2ClientConnection?

    init(loop: Loop, pool: OriginPool, configuration: HTTPClient.Configuration) {
        self.loop = loop
        self.pool = pool
        self.configuration = configuration
        parser = ResponseParser(limits: pool.limits)
    }

    func setTimeout(_ duration: Duration) {
        timeoutTick = loop.tick(after: duration)
    }

    func setTimeout(ticks: TickTimers.Tick) {
        timeoutTick = loop.tick(after: ticks)
    }

    func clearTimeout() {
        timeoutTick = TickTimers.never
    }

    var isClosed: Bool {
        if case .closed = phase { true } else { false }
    }

    /// Whether an idle connection may carry another exchange.
    ///
    /// It may not when the socket holds anything unread: bytes that came before the request cannot
    /// be its response, and would be read as it; after a FIN the request would be lost. Over TLS
    /// they may be a session ticket, which is not told apart: tickets come with the handshake, so
    /// that a late one is rare and costs no more than a new connection.
    var isReusable: Bool {
        connection.map { !$0.hasUnreadInput } ?? false
    }

    // MARK: Opening

    /// Connects.
    ///
    /// - Throws: ``HTTPClientError``; `CancellationError`.
    func open(_ target: Connector.Target, tls: ClientTLS?, timeout: Duration) async throws {
        connectTimeout = timeout
        try await withTaskCancellationHandler {
            // Resumed exactly once: whoever resumes takes the field.
            try await withUnsafeThrowingContinuation { continuation in
                opening = continuation
                loop.turn {
                    Connector.connect(
                        to: target,
                        on: loop,
                        owner: pool,
                        tls: tls,
                        timeout: timeout,
                        driver: self
                    )
                }
                if Task.isCancelled { cancelOpening() }
            }
        } onCancel: {
            loop.run { self.cancelOpening() }
        }
    }

    private func cancelOpening() {
        guard let opening else { return }
        self.opening = nil
        phase = .closed
        connection?.close()
        opening.resume(throwing: CancellationError())
    }

    private func finishOpening(_ error: HTTPClientError?) {
        guard let opening else { return }
        self.opening = nil
        if let error {
            opening.resume(throwing: error)
        } else {
            opening.resume()
        }
    }
}

// MARK: - The connection's life

extension ClientConnection: ConnectionDriver, Timed {
    func attached(_ connection: Connection) {
        self.connection = connection
        if isClosed {
            // It was given up while it was made.
            connection.close()
            return
        }
        loop.addTimed(self)
        setTimeout(connectTimeout)
    }

    func opened(_ connection: Connection) {
        guard case .connecting = phase else {
            connection.close()
            return
        }
        do throws(HTTPClientError) {
            if try configuration.http2.isSpoken(on: connection) {
                becomeShared(connection)
            } else {
                phase = .idle
                clearTimeout()
            }
            finishOpening(nil)
        } catch {
            finishOpening(error)
            close()
        }
    }

    /// Has the connection carry many exchanges at once from now on; this one's own life is over.
    private func becomeShared(_ connection: Connection) {
        loop.removeTimed(self)
        self.connection = nil
        phase = .closed
        let successor = HTTP2ClientConnection(
            loop: loop,
            pool: pool,
            configuration: configuration
        )
        self.successor = successor
        connection.handOver(to: successor, ByteBuffer())
        pool.sharedConnectionOpened(successor)
    }

    func received(_ bytes: ByteBuffer) {
        guard case .exchanging = phase, exchange.isAwaitingResponse else {
            // A server that speaks without being asked is not trusted with another request.
            close()
            return
        }
        exchange.hasResponse = true
        parser.feed(bytes)
        process()
    }

    func inputEnded() {
        hasInputEnded = true
        if case .exchanging = phase {
            process()
            // What the reader has no room for yet comes first; then this is called again.
            if case .exchanging = phase, exchange.isReadingHeld { return }
            if case .exchanging = phase, connection?.isTruncated == false,
                case .end(let trailers) = parser.finish()
            {
                exchange.incoming?.finish(trailers: trailers)
                finishExchange()
            }
        }
        close()
    }

    func writabilityChanged() {
        guard connection?.isWritable == true, let waiter = writeWaiter else { return }
        writeWaiter = nil
        waiter.resume()
    }

    func closed(_ error: (any Error)?) {
        loop.removeTimed(self)
        connection = nil
        let wasConnecting = opening != nil
        let failure = closingError(error, wasConnecting: wasConnecting)
        let wasClosed = isClosed
        phase = .closed
        finishOpening(failure)
        failExchange(failure)
        if !wasClosed || wasConnecting {
            pool.connectionClosed(self)
        } else {
            pool.forget(self)
        }
    }

    func drain() {
        if case .idle = phase { close() }
    }

    func timedOut() {
        if deadlineTick <= timeoutTick {
            armDeadline()
            return
        }
        clearTimeout()
        switch phase {
        case .connecting:
            finishOpening(
                HTTPClientError(
                    .connectTimeout,
                    "TLS was not established within \(connectTimeout).",
                    isUnsent: true
                )
            )
            close()
        case .idle:
            close()
        case .exchanging:
            failExchange(
                HTTPClientError(.deadlineExceeded, "The response's body came too slowly.")
            )
            close()
        case .closed:
            break
        }
    }

    /// Closes the connection now.
    func close() {
        if let connection {
            connection.close()
        }
    }

    private func closingError(_ error: (any Error)?, wasConnecting: Bool) -> HTTPClientError {
        if let error = error as? HTTPClientError { return error }
        guard wasConnecting else {
            return HTTPClientError(
                .connectionClosed,
                exchange.hasResponse
                    ? "The server closed the connection within the response."
                    : "The server closed the connection before it responded.",
                cause: error
            )
        }
        let isTimeout =
            if case .connectTimeout = error as? ChannelError { true } else { false }
        return HTTPClientError(
            isTimeout ? .connectTimeout : .connectFailed,
            "No connection to \(pool.name) could be made.",
            isUnsent: true,
            cause: error
        )
    }
}

// MARK: - Output

extension ClientConnection: TurnEndObserver {
    var dueTick: TickTimers.Tick { min(timeoutTick, deadlineTick) }

    func markDirty() {
        guard !isDirty else { return }
        isDirty = true
        loop.atTurnEnd(self)
    }

    func prepareOutput() {
        if out.capacity == 0 {
            swap(&out, &loop.scratch)
        }
    }

    func turnEnded() {
        isDirty = false
        sendOutput()
    }

    /// Sends what is gathered and gives the buffer back to the loop.
    func sendOutput() {
        // The channel may call back before it returns, and what is called may write.
        var sent = ByteBuffer()
        swap(&sent, &out)
        if sent.readableBytes > 0 {
            connection?.send(sent)
        } else {
            connection?.flush()
        }
        guard sent.capacity > 0, loop.scratch.capacity == 0, sent.capacity <= 256 * 1024 else {
            return
        }
        sent.clear()
        swap(&sent, &loop.scratch)
    }
}
