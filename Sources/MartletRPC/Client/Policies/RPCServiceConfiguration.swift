import MartletHTTP
public import NIOCore

/// What the owner of a service says about how its methods are called: time-outs, and which calls
/// are made again (gRPC service config; retries and hedging by gRFC A6).
///
/// ```swift
/// var policy = RPCMethodPolicy()
/// policy.attempts = .retry(RPCRetryPolicy(maximumAttempts: 3))
/// configuration.service.policies["example.UserService/GetUser"] = policy
/// ```
public struct RPCServiceConfiguration: Sendable {
    /// Policies, by `package.Service/Method`, by `package.Service` for all of a service's methods,
    /// and by nothing for all others; the most specific one holds.
    public var policies: [String: RPCMethodPolicy] = [:]

    /// How far retries and hedges may add to the load of a server that fails; nil for without end.
    public var throttling: RPCRetryThrottling? = RPCRetryThrottling()

    /// Makes one that says nothing: every call is made once.
    public init() {}

    /// Reads a service config as gRPC writes it, in JSON.
    ///
    /// - Throws: `JSONError` or `DecodingError` when it is malformed, with the place; what other
    ///   gRPC clients use and this does not, such as `loadBalancingConfig`, is passed over.
    public init(json: ByteBuffer) throws {
        let wire = try JSON.decode(ServiceConfigDocument.self, from: json)
        for method in wire.methodConfig ?? [] {
            let policy = try RPCMethodPolicy(method)
            for name in method.name ?? [] { policies[name.key] = policy }
        }
        throttling = wire.retryThrottling.map {
            RPCRetryThrottling(maximumTokens: $0.maxTokens, tokenRatio: $0.tokenRatio)
        }
    }

    /// The policy of a method.
    func policy(for method: String) -> RPCMethodPolicy {
        guard !policies.isEmpty else { return RPCMethodPolicy() }
        let service = method.prefix { $0 != "/" }
        return policies[method] ?? policies[String(service)] ?? policies[""] ?? RPCMethodPolicy()
    }
}

/// How one method is called.
public struct RPCMethodPolicy: Sendable {
    /// How often a call is made.
    public enum Attempts: Sendable {
        /// Once.
        case one
        /// Again when it has failed.
        case retry(RPCRetryPolicy)
        /// Again before it has answered.
        case hedge(RPCHedgingPolicy)
    }

    /// How long a call may take at most.
    public var timeout: Duration?

    /// Whether a call waits while no connection can be made, when its own options do not say.
    public var waitsForReady = false

    /// How often a call is made.
    ///
    /// Only calls of one message can be made again, and only until the server has begun to answer.
    public var attempts = Attempts.one

    /// Makes the policy of a call that is made once.
    public init() {}
}

/// Which calls are made again when they have failed (gRFC A6, "Retry Policy").
public struct RPCRetryPolicy: Sendable {
    /// How often a call is made at most, the first time included; 2 to 5.
    public var maximumAttempts: Int
    /// The longest wait before the first retry.
    public var initialBackoff: Duration
    /// The longest wait of all.
    public var maximumBackoff: Duration
    /// What the longest wait is multiplied by for each further retry.
    public var backoffMultiplier: Double
    /// The codes after which a call is made again.
    public var codes: Set<RPCStatus.Code>

    /// Makes a policy.
    ///
    /// - Parameters:
    ///   - maximumAttempts: How often a call is made at most; more than 5 is taken as 5.
    ///   - initialBackoff: The longest wait before the first retry.
    ///   - maximumBackoff: The longest wait of all.
    ///   - backoffMultiplier: How fast the waits grow.
    ///   - codes: The codes after which a call is made again; only those that say that the method
    ///     may be called twice.
    public init(
        maximumAttempts: Int = 3,
        initialBackoff: Duration = .milliseconds(50),
        maximumBackoff: Duration = .seconds(1),
        backoffMultiplier: Double = 2,
        codes: Set<RPCStatus.Code> = [.unavailable]
    ) {
        precondition(maximumAttempts >= 2, "a call that is retried is made twice at least")
        self.maximumAttempts = min(maximumAttempts, RPCMethodPolicy.mostAttempts)
        self.initialBackoff = initialBackoff
        self.maximumBackoff = max(initialBackoff, maximumBackoff)
        self.backoffMultiplier = backoffMultiplier
        self.codes = codes
    }
}

/// Which calls are made several times at once, for the fastest answer (gRFC A6, "Hedging Policy").
///
/// For methods that may be called twice only.
public struct RPCHedgingPolicy: Sendable {
    /// How often a call is made at most; 2 to 5.
    public var maximumAttempts: Int
    /// How long the next attempt waits for the answer to those before; nothing for not at all.
    public var delay: Duration
    /// The codes after which the others are waited for, and the next attempt is made at once.
    public var nonFatalCodes: Set<RPCStatus.Code>

    /// Makes a policy.
    public init(
        maximumAttempts: Int = 2,
        delay: Duration,
        nonFatalCodes: Set<RPCStatus.Code> = [.unavailable]
    ) {
        precondition(maximumAttempts >= 2, "a call that is hedged is made twice at least")
        self.maximumAttempts = min(maximumAttempts, RPCMethodPolicy.mostAttempts)
        self.delay = delay
        self.nonFatalCodes = nonFatalCodes
    }
}

/// How retries stop when a server fails more often than it answers (gRFC A6, "Throttling").
public struct RPCRetryThrottling: Sendable {
    /// The tokens that there are at most; a failure costs one, and above half of them calls are
    /// retried.
    public var maximumTokens: Double
    /// How much of a token a success brings back.
    public var tokenRatio: Double

    /// Makes a throttle; the defaults let ten successes pay for one retry.
    public init(maximumTokens: Double = 10, tokenRatio: Double = 0.1) {
        self.maximumTokens = maximumTokens
        self.tokenRatio = tokenRatio
    }
}

extension RPCMethodPolicy {
    /// More than this is taken as this (gRFC A6).
    static let mostAttempts = 5
}
