import Synchronization

/// The tokens of a client, which retries are paid with (gRFC A6, "Throttling").
final class RPCThrottle: Sendable {
    private let limits: RPCRetryThrottling
    private let tokens: Mutex<Double>

    init(_ limits: RPCRetryThrottling) {
        self.limits = limits
        tokens = Mutex(limits.maximumTokens)
    }

    /// Whether a call may be made again.
    var allowsRetries: Bool { tokens.withLock { $0 > limits.maximumTokens / 2 } }

    func succeeded() {
        tokens.withLock { $0 = min(limits.maximumTokens, $0 + limits.tokenRatio) }
    }

    func failed() {
        tokens.withLock { $0 = max(0, $0 - 1) }
    }
}
