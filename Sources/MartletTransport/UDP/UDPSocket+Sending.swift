public import NIOCore
import Synchronization

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#endif

// MARK: - Sending

extension UDPSocket: TurnEndObserver {
    /// How long to wait when the kernel has no room for more.
    private static var blockedPause: TimeAmount { .milliseconds(1) }

    /// A task that waits for room.
    struct Writer {
        // Sound for the same reason as a reader's.
        let continuation: UnsafeContinuation<Void, any Error>
        let wait: StreamWait
    }

    /// Sends a datagram to `peer`; it leaves when the turn of the loop ends, or with ``flush()``.
    ///
    /// Suspends only while the kernel has no room. That it is sent does not mean that it arrives.
    ///
    /// - Parameters:
    ///   - payload: What the datagram carries; may be empty.
    ///   - peer: Where it goes; on a connected socket, the socket's peer and nobody else.
    /// - Throws: ``UDPError`` with ``UDPError/Code/datagramTooLarge`` before the kernel is asked,
    ///   ``UDPError/Code/wrongAddress`` or ``UDPError/Code/closed``; `CancellationError`.
    public func send(_ payload: ByteBuffer, to peer: NetworkAddress) async throws {
        try await send(payload, address: peer.socketAddress)
    }

    /// Sends a datagram to the peer that the socket is connected to.
    ///
    /// - Parameter payload: What the datagram carries; may be empty.
    /// - Throws: As ``send(_:to:)``.
    public func send(_ payload: ByteBuffer) async throws {
        try await send(payload, address: nil)
    }

    /// Sends the turn's datagrams without waiting for the turn to end.
    public func flush() {
        loop.run { self.sendBatch() }
    }

    private func send(_ payload: ByteBuffer, address: SocketAddress?) async throws {
        try Task.checkCancellation()
        let size = payload.readableBytes
        guard size <= limits.maximumDatagramSize else {
            throw UDPError(
                .datagramTooLarge,
                """
                A datagram of \(size) bytes is larger than the limit of \
                \(limits.maximumDatagramSize) (UDPLimits.maximumDatagramSize).
                """
            )
        }
        let address = try destination(address)
        if loop.isCurrent, try add(payload, to: address) { return }
        while try await !onLoop({ try $0.add(payload, to: address) }) {
            try await waitForRoom()
        }
    }

    /// Where a datagram goes: nil for the connected peer.
    private func destination(_ address: SocketAddress?) throws -> SocketAddress? {
        guard let remote else {
            guard let address else {
                throw UDPError(.wrongAddress, "The socket is not connected: say where to send.")
            }
            return address
        }
        guard address == nil || address == remote else {
            throw UDPError(.wrongAddress, "The socket is connected to \(remote) and nobody else.")
        }
        return nil
    }

    /// Adds a datagram to those that leave when the turn ends.
    ///
    /// - Returns: Whether there was room for it.
    private func add(_ payload: ByteBuffer, to address: SocketAddress?) throws -> Bool {
        guard channel != nil, closeReason == nil else { throw closeReason ?? .closedHere }
        if !batch.hasRoom(for: payload.readableBytes) {
            sendBatch()
            guard batch.hasRoom(for: payload.readableBytes) else { return false }
        }
        batch.append(payload, to: address)
        if !isDirty {
            isDirty = true
            loop.turn { loop.atTurnEnd(self) }
        }
        return true
    }

    /// Sends the turn's datagrams; the loop calls it.
    package func turnEnded() {
        isDirty = false
        sendBatch()
    }

    /// Sends what the kernel takes.
    func sendBatch() {
        guard !isBlocked, batch.count > 0, let socket else { return }
        var wasRefused = false
        while batch.count > 0 {
            // Throws when the socket is closed, so that its number is never another's.
            let result = (try? socket.withDescriptor { batch.send(on: $0) }) ?? -Int(EBADF)
            if result > 0 {
                tally.sent += result
            } else if result == -Int(EAGAIN) || result == -Int(ENOBUFS) {
                waitForKernel()
                break
            } else if result == -Int(ECONNREFUSED), !wasRefused {
                // It is about an earlier datagram, and the kernel says it once.
                wasRefused = true
            } else {
                tally.sendFailures += 1
                batch.drop(1)
            }
        }
        publishTally()
        if wasRefused {
            refused(IOError(errnoCode: ECONNREFUSED, reason: "send"))
        }
        if batch.count == 0 { resumeWriters() }
    }

    private func waitForKernel() {
        isBlocked = true
        loop.eventLoop.scheduleTask(in: Self.blockedPause) {
            self.isBlocked = false
            self.loop.turn { self.sendBatch() }
        }
    }

    // MARK: Waiting for room

    private func waitForRoom() async throws {
        try Task.checkCancellation()
        let wait = StreamWait()
        try await withTaskCancellationHandler {
            // Sound because a writer is resumed exactly once; see `Writer`.
            try await withUnsafeThrowingContinuation { continuation in
                loop.run { self.wait(Writer(continuation: continuation, wait: wait)) }
            }
        } onCancel: {
            loop.run {
                wait.isCancelled = true
                self.cancelWriter(wait)
            }
        }
    }

    private func wait(_ waiting: Writer) {
        if waiting.wait.isCancelled {
            waiting.continuation.resume(throwing: CancellationError())
        } else if batch.count == 0 || socket == nil {
            waiting.continuation.resume()
        } else {
            writers.append(waiting)
        }
    }

    func cancelWriter(_ wait: StreamWait) {
        guard let index = writers.firstIndex(where: { $0.wait === wait }) else { return }
        writers.remove(at: index).continuation.resume(throwing: CancellationError())
    }

    /// Lets whoever waits for room try again.
    func resumeWriters() {
        var waiting: [Writer] = []
        swap(&waiting, &writers)
        for writer in waiting {
            writer.continuation.resume()
        }
    }

    private func onLoop<Value: Sendable>(
        _ body: @escaping @Sendable (UDPSocket) throws -> Value
    ) async throws -> Value {
        if loop.isCurrent { return try body(self) }
        return try await withCheckedThrowingContinuation { continuation in
            loop.run { continuation.resume(with: Result { try body(self) }) }
        }
    }
}
