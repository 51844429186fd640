import NIOCore
import NIOPosix

/// One attempt of a client to connect.
// Sound because every `var` is touched on the loop only.
final class Connecting: TCPStreamKeeper, @unchecked Sendable {
    private let loop: Loop
    private var pending: PendingConnect?
    private var waiter: CheckedContinuation<TCPStream, any Error>?
    private var isCancelled = false
    private var timeout: Duration = .zero

    init(loop: Loop) {
        self.loop = loop
    }

    /// Connects.
    ///
    /// - Throws: ``TCPError``; `CancellationError`, and then every socket is closed.
    func connect(
        to target: Connector.Target,
        settings: TCPSettings,
        tls: ClientTLS?,
        timeout: Duration
    ) async throws -> TCPStream {
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                loop.run {
                    self.timeout = timeout
                    self.start(continuation, to: target, settings: settings, tls: tls)
                }
            }
        } onCancel: {
            loop.run { self.cancel() }
        }
    }

    private func start(
        _ continuation: CheckedContinuation<TCPStream, any Error>,
        to target: Connector.Target,
        settings: TCPSettings,
        tls: ClientTLS?
    ) {
        if isCancelled {
            continuation.resume(throwing: CancellationError())
            return
        }
        waiter = continuation
        pending = Connector.connect(
            to: target,
            on: loop,
            owner: self,
            tls: tls,
            timeout: timeout,
            driver: TCPStream(loop: loop, settings: settings, keeper: self)
        )
    }

    private func cancel() {
        isCancelled = true
        takeWaiter()?.resume(throwing: CancellationError())
        pending?.cancel()
        pending = nil
    }

    private func takeWaiter() -> CheckedContinuation<TCPStream, any Error>? {
        let taken = waiter
        waiter = nil
        return taken
    }

    // MARK: What the stream says

    func opened(_ stream: TCPStream) {
        pending = nil
        if let waiter = takeWaiter() {
            waiter.resume(returning: stream)
        } else {
            stream.abort(.closedHere)
        }
    }

    func closed(_ stream: TCPStream, broke: Bool) {
        pending = nil
        takeWaiter()?.resume(throwing: reason(stream.closeReason))
    }

    private func reason(_ error: TCPError?) -> TCPError {
        guard let error, error.code == .connectionLost else { return error ?? .closedHere }
        switch error.cause {
        case let cause as NIOConnectionError:
            return Self.reason(cause, timeout: timeout)
        case let cause as ChannelError:
            if case .connectTimeout = cause { return Self.timedOut(timeout) }
            return TCPError(.connectFailed, "The connection cannot be made.", cause: cause)
        case let cause as IOError:
            return TCPError(.connectFailed, "The connection cannot be made.", cause: cause)
        case let cause:
            return TCPError(.handshakeFailed, "The TLS handshake failed.", cause: cause)
        }
    }

    /// What Happy Eyeballs says when no address answered.
    private static func reason(_ error: NIOConnectionError, timeout: Duration) -> TCPError {
        let target = "\(error.host):\(error.port)"
        let isTimeout = error.connectionErrors.contains { failure in
            if case ChannelError.connectTimeout = failure.error { true } else { false }
        }
        if isTimeout { return timedOut(timeout) }
        if error.connectionErrors.isEmpty {
            return TCPError(
                .connectFailed,
                "'\(error.host)' has no address.",
                cause: error.dnsAAAAError ?? error.dnsAError
            )
        }
        return TCPError(
            .connectFailed,
            "\(target) cannot be connected to.",
            cause: error.connectionErrors.first?.error
        )
    }

    private static func timedOut(_ timeout: Duration) -> TCPError {
        TCPError(.connectTimedOut, "No connection was made within \(timeout).")
    }
}
