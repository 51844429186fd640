import MartletCore
import NIOCore

// MARK: - HTTP/2

/// Over HTTP/2 there is one connection, and another is opened only when its streams run out.
///
/// While the first is opened, and as long as nobody knows what the server speaks, all others wait
/// for it.
extension OriginPool {
    /// A stream of a connection that has one; it is theirs who get it.
    func takeStream() -> HTTP2ClientConnection? {
        guard let connection = shared.first(where: { $0.availableCount > 0 }) else { return nil }
        connection.reserved += 1
        return connection
    }

    /// A connection for one exchange among others; one of HTTP/1.1 when that is what the server
    /// turns out to speak.
    ///
    /// - Throws: ``HTTPClientError``; `CancellationError`.
    func leaseShared(until deadline: ContinuousClock.Instant) async throws -> any ExchangeCarrier {
        while true {
            try checkRunning()
            if speech == .http1 { return try await leaseAlone(until: deadline) }
            if streamLine.isEmpty, let connection = takeStream() { return connection }
            if !isOpening, machine.takePlace(below: machine.maximum) {
                return try await openShared(before: deadline)
            }
            if case .connection(let connection) =
                try await waitInLine(until: deadline, isForStream: true)
            {
                return connection
            }
        }
    }

    private func openShared(
        before deadline: ContinuousClock.Instant
    ) async throws -> any ExchangeCarrier {
        isOpening = true
        do {
            let carrier = try await open(before: deadline)
            isOpening = false
            if let connection = carrier as? HTTP2ClientConnection {
                speech = .http2
                connection.reserved += 1
            } else {
                speech = .http1
            }
            serveStreamLine()
            return carrier
        } catch {
            isOpening = false
            if error is CancellationError {
                serveStreamLine()
            } else {
                // What has failed for one would fail for all.
                leaveStreamLine { $0.resume(throwing: error) }
            }
            throw error
        }
    }

    /// Gives out what there is: streams, then the leave to open a connection.
    private func serveStreamLine() {
        if speech == .http1 { return leaveStreamLine { $0.resume(returning: .again) } }
        while !streamLine.isEmpty, let connection = takeStream() {
            streamLine.removeFirst().continuation.resume(returning: .connection(connection))
        }
        if !isOpening, machine.count < machine.maximum {
            streamLine.popFirst()?.continuation.resume(returning: .again)
        }
    }

    /// Empties the line; sound, because `body` resumes each continuation once, and nobody else
    /// finds it.
    private func leaveStreamLine(_ body: (UnsafeContinuation<Turn, any Error>) -> Void) {
        let waiters = Array(streamLine)
        streamLine.removeAll()
        for waiter in waiters { body(waiter.continuation) }
    }

    // MARK: What connections say

    func sharedConnectionOpened(_ connection: HTTP2ClientConnection) {
        if machine.isClosed {
            connection.drain()
        } else {
            shared.append(connection)
        }
    }

    /// There may be more streams of a connection than there were.
    func streamsChanged(on connection: HTTP2ClientConnection) {
        if !streamLine.isEmpty { serveStreamLine() }
    }

    /// A connection takes no more requests.
    func isEnding(_ connection: HTTP2ClientConnection) {
        shared.removeAll { $0 === connection }
        if !streamLine.isEmpty { serveStreamLine() }
    }

    /// A counted connection is gone.
    func sharedConnectionClosed(_ connection: HTTP2ClientConnection) {
        shared.removeAll { $0 === connection }
        placeFreed()
        if !streamLine.isEmpty { serveStreamLine() }
    }
}
