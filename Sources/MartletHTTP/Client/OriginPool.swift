import MartletTransport
import NIOCore

/// The connections to one origin on one loop.
///
/// The connection used last is used first, so that a lull lets the others go. Whoever finds none
/// free, and no room for another, waits in line.
// Sound because it is touched on its loop only.
final class OriginPool: @unchecked Sendable {
    private struct Waiter {
        let id: UInt64
        let continuation: UnsafeContinuation<ClientConnection?, any Error>
    }

    let loop: Loop
    let scheme: String
    let authority: String
    private let origin: Origin
    private let tls: ClientTLS?
    private let configuration: HTTPClient.Configuration
    /// What is accepted of a response.
    let limits: SharedLimits
    private let idleTicks: UInt64
    private var idle: [ClientConnection] = []
    private var count = 0
    private var waiters = CircularBuffer<Waiter>()
    private var nextID: UInt64 = 0
    private var isShutDown = false

    /// - Throws: ``HTTPClientError`` when the scheme and authority are no origin; `TLSError`.
    init(
        scheme: String,
        authority: String,
        loop: Loop,
        configuration: HTTPClient.Configuration
    ) throws {
        origin = try Origin(scheme: scheme, authority: authority)
        self.scheme = scheme
        self.authority = authority
        self.loop = loop
        self.configuration = configuration
        idleTicks = TickTimers.ticks(in: configuration.idleTimeout)
        var limits = HTTPLimits()
        limits.bodySize = configuration.responseBodySize
        self.limits = SharedLimits(limits)
        tls = origin.isSecure ? try configuration.tls ?? ClientTLS() : nil
    }

    /// What errors call it.
    var name: String { configuration.unixSocket ?? authority }

    /// Whether nothing is open or waits.
    var isUnused: Bool { count == 0 && waiters.isEmpty }

    /// A connection that has carried an exchange before and is free now.
    ///
    /// One that holds anything unread is closed, and another is looked at.
    ///
    /// - Throws: ``HTTPClientError`` when the client, or its loop, was shut down.
    func takeIdle() throws -> ClientConnection? {
        try checkRunning()
        while let connection = idle.popLast() {
            if connection.isReusable { return connection }
            connection.close()
        }
        return nil
    }

    /// A connection for one exchange: a new one, or one that another exchange has just left.
    ///
    /// - Throws: ``HTTPClientError``; `CancellationError`.
    func lease(until deadline: ContinuousClock.Instant) async throws -> ClientConnection {
        try checkRunning()
        if count < configuration.connectionsPerOrigin {
            count += 1
        } else if let connection = try await waitInLine(until: deadline) {
            return connection
        }
        return try await open(before: deadline)
    }

    private func checkRunning() throws {
        // The loop is not current when it was shut down.
        guard loop.isCurrent, !isShutDown else {
            throw HTTPClientError(.shutDown, "The client was shut down.", isUnsent: true)
        }
    }

    /// Opens a connection whose place has been counted.
    private func open(before deadline: ContinuousClock.Instant) async throws -> ClientConnection {
        let connection = ClientConnection(loop: loop, pool: self, configuration: configuration)
        do {
            let target: Connector.Target =
                configuration.unixSocket.map { .unix(path: $0) }
                ?? .tcp(host: origin.host, port: origin.port)
            let left = max(.milliseconds(1), deadline - ContinuousClock.now)
            let timeout = min(configuration.connectTimeout, left)
            try await connection.open(target, tls: tls, timeout: timeout)
            return connection
        } catch is CancellationError {
            placeFreed()
            throw CancellationError()
        }
    }

    /// - Returns: A connection, or nil when there is a counted place for a new one.
    private func waitInLine(
        until deadline: ContinuousClock.Instant
    ) async throws -> ClientConnection? {
        guard waiters.count < configuration.waitingPerOrigin else {
            throw HTTPClientError(
                .tooManyWaiting,
                "\(waiters.count) requests wait for a connection to \(name) already.",
                isUnsent: true
            )
        }
        nextID += 1
        let id = nextID
        let wait = TimeAmount(max(.zero, deadline - ContinuousClock.now))
        let timer = loop.eventLoop.scheduleTask(in: wait) { self.waitedTooLong(id) }
        defer { timer.cancel() }
        return try await withTaskCancellationHandler {
            // Resumed exactly once: whoever resumes takes the waiter out of the line.
            try await withUnsafeThrowingContinuation { continuation in
                if Task.isCancelled {
                    continuation.resume(throwing: CancellationError())
                } else {
                    waiters.append(Waiter(id: id, continuation: continuation))
                }
            }
        } onCancel: {
            loop.run { self.cancelWaiter(id) }
        }
    }

    private func cancelWaiter(_ id: UInt64) {
        removeWaiter(id)?.resume(throwing: CancellationError())
    }

    private func waitedTooLong(_ id: UInt64) {
        loop.turn {
            removeWaiter(id)?.resume(
                throwing: HTTPClientError(
                    .deadlineExceeded,
                    "No connection to \(name) was free before the deadline.",
                    isUnsent: true
                )
            )
        }
    }

    /// Takes a waiter out of the queue; sound, because whoever takes it out resumes it, once.
    private func removeWaiter(
        _ id: UInt64
    ) -> UnsafeContinuation<ClientConnection?, any Error>? {
        guard let index = waiters.firstIndex(where: { $0.id == id }) else { return nil }
        return waiters.remove(at: index).continuation
    }

    /// Takes back a connection that can carry another exchange.
    func release(_ connection: ClientConnection) {
        if isShutDown {
            connection.close()
        } else if waiters.isEmpty {
            connection.setTimeout(ticks: idleTicks)
            idle.append(connection)
        } else if connection.isReusable {
            waiters.popFirst()?.continuation.resume(returning: connection)
        } else {
            // Its place goes to the first in line.
            connection.close()
        }
    }

    /// A counted connection is gone.
    func connectionClosed(_ connection: ClientConnection) {
        forget(connection)
        placeFreed()
    }

    /// Takes a connection out of the idle ones.
    func forget(_ connection: ClientConnection) {
        if let index = idle.firstIndex(where: { $0 === connection }) {
            idle.remove(at: index)
        }
    }

    /// A place for a connection is free: the first in line gets it.
    private func placeFreed() {
        if let waiter = waiters.popFirst() {
            waiter.continuation.resume(returning: nil)
        } else {
            count -= 1
        }
    }

    /// Closes what is idle; the rest closes when it is done.
    func shutDown() {
        isShutDown = true
        let unused = idle
        idle = []
        for connection in unused {
            connection.close()
        }
        while let waiter = waiters.popFirst() {
            waiter.continuation.resume(
                throwing: HTTPClientError(.shutDown, "The client was shut down.", isUnsent: true)
            )
        }
    }
}
