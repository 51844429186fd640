import MartletCore
import MartletTransport
import NIOCore

/// The connections to one origin on one loop.
///
/// Over HTTP/1.1 the connection used last is used first, so that a lull lets the others go; whoever
/// finds none free, and no room for another, waits in line. Over HTTP/2 all share one connection
/// (`OriginPool+Shared`).
// Sound because it is touched on its loop only.
final class OriginPool: @unchecked Sendable {
    struct Waiter {
        let id: UInt64
        let continuation: UnsafeContinuation<Turn, any Error>
    }

    /// What somebody gets who waited.
    enum Turn {
        /// A connection to use.
        case connection(any ExchangeCarrier)
        /// The place of a connection, which is counted, to open one.
        case place
        /// Another look at what there is.
        case again
    }

    /// What the server speaks, as far as it is known.
    enum Speech {
        case unknown
        case http1
        case http2
    }

    let loop: Loop
    let scheme: String
    let authority: String
    private let origin: Origin
    private let tls: ClientTLS?
    let configuration: HTTPClient.Configuration
    /// What is accepted of a response.
    let limits: SharedLimits
    let http2Limits: SharedHTTP2Limits
    private let idleTicks: TickTimers.Tick
    var machine: PoolMachine<ClientConnection, Waiter>
    private var nextID: UInt64 = 0

    // HTTP/2's; see `OriginPool+Shared`.
    var speech: Speech
    /// The connections that take requests.
    var shared: [HTTP2ClientConnection] = []
    /// Whether somebody opens another.
    var isOpening = false
    /// Who waits for a stream.
    var streamLine = CircularBuffer<Waiter>()

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
        machine = PoolMachine(
            maximum: configuration.connectionsPerOrigin,
            maximumWaiters: configuration.waitingPerOrigin
        )
        var limits = HTTPLimits()
        limits.bodySize = configuration.responseBodySize
        self.limits = SharedLimits(limits)
        http2Limits = SharedHTTP2Limits(configuration.http2Limits)
        let use = configuration.http2
        tls =
            origin.isSecure
            ? try configuration.tls ?? ClientTLS(applicationProtocols: use.applicationProtocols)
            : nil
        speech = use == .always ? .http2 : use == .negotiated && origin.isSecure ? .unknown : .http1
    }

    /// What errors call it.
    var name: String { configuration.unixSocket ?? authority }

    /// Whether nothing is open or waits.
    var isUnused: Bool { machine.count == 0 && machine.waiterCount == 0 && streamLine.isEmpty }

    /// A connection that has carried an exchange before and is free now.
    ///
    /// One that holds anything unread is closed, and another is looked at.
    ///
    /// - Throws: ``HTTPClientError`` when the client, or its loop, was shut down.
    func takeIdle() throws -> (any ExchangeCarrier)? {
        try checkRunning()
        guard speech != .http2 else { return streamLine.isEmpty ? takeStream() : nil }
        while let connection = machine.takeIdle() {
            if connection.isReusable { return connection }
            connection.close()
        }
        return nil
    }

    /// A connection for one exchange: a new one, or one that another exchange has just left.
    ///
    /// - Throws: ``HTTPClientError``; `CancellationError`.
    func lease(until deadline: ContinuousClock.Instant) async throws -> any ExchangeCarrier {
        try checkRunning()
        guard speech == .http1 else { return try await leaseShared(until: deadline) }
        return try await leaseAlone(until: deadline)
    }

    /// A connection that carries one exchange at a time.
    func leaseAlone(until deadline: ContinuousClock.Instant) async throws -> any ExchangeCarrier {
        if machine.takePlace(below: machine.maximum) { return try await open(before: deadline) }
        // Whoever sends again may find one that was given back since, or make room by closing it.
        if let connection = try takeIdle() { return connection }
        if !machine.takePlace(below: machine.maximum),
            case .connection(let connection) = try await waitInLine(until: deadline)
        {
            return connection
        }
        return try await open(before: deadline)
    }

    func checkRunning() throws {
        // The loop is not current when it was shut down.
        guard loop.isCurrent, !machine.isClosed else {
            throw HTTPClientError(.shutDown, "The client was shut down.", isUnsent: true)
        }
    }

    /// Opens a connection whose place has been counted.
    func open(before deadline: ContinuousClock.Instant) async throws -> any ExchangeCarrier {
        let connection = ClientConnection(loop: loop, pool: self, configuration: configuration)
        do {
            let target: Connector.Target =
                configuration.unixSocket.map { .unix(path: $0) }
                ?? .tcp(host: origin.host, port: origin.port)
            let left = max(.milliseconds(1), deadline - ContinuousClock.now)
            let timeout = min(configuration.connectTimeout, left)
            try await connection.open(target, tls: tls, timeout: timeout)
            return connection.successor ?? connection
        } catch is CancellationError {
            placeFreed()
            throw CancellationError()
        }
    }

    /// Waits for a connection, or for the place of one.
    ///
    /// - Parameters:
    ///   - deadline: Until when.
    ///   - isForStream: Whether it is a stream that is waited for, of a connection that is shared.
    /// - Returns: What there is.
    /// - Throws: ``HTTPClientError``; `CancellationError`.
    func waitInLine(
        until deadline: ContinuousClock.Instant,
        isForStream: Bool = false
    ) async throws -> Turn {
        let count = isForStream ? streamLine.count : machine.waiterCount
        guard count < configuration.waitingPerOrigin else {
            throw HTTPClientError(
                .tooManyWaiting,
                "\(count) requests wait for a connection to \(name) already.",
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
                } else if isForStream {
                    streamLine.append(Waiter(id: id, continuation: continuation))
                } else {
                    machine.join(Waiter(id: id, continuation: continuation))
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
    private func removeWaiter(_ id: UInt64) -> UnsafeContinuation<Turn, any Error>? {
        if let index = streamLine.firstIndex(where: { $0.id == id }) {
            return streamLine.remove(at: index).continuation
        }
        return machine.leave { $0.id == id }?.continuation
    }

    /// Takes back a connection that can carry another exchange.
    func release(_ connection: ClientConnection) {
        if machine.isClosed {
            connection.close()
        } else if machine.waiterCount == 0 {
            connection.setTimeout(ticks: idleTicks)
            machine.keep(connection)
        } else if connection.isReusable {
            machine.give(connection)?.continuation.resume(
                returning: .connection(connection)
            )
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
        machine.forget { $0 === connection }
    }

    /// A place for a connection is free: the first in line gets it.
    func placeFreed() {
        machine.freePlace()?.continuation.resume(returning: .place)
    }

    /// Closes what is idle; the rest closes when it is done.
    func shutDown() {
        var (unused, waiters) = machine.close()
        waiters.append(contentsOf: streamLine)
        streamLine.removeAll()
        for connection in unused {
            connection.close()
        }
        for connection in shared {
            loop.turn { connection.drain() }
        }
        for waiter in waiters {
            waiter.continuation.resume(
                throwing: HTTPClientError(.shutDown, "The client was shut down.", isUnsent: true)
            )
        }
    }
}
