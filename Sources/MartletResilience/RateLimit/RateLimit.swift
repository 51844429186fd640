import HTTPTypes
public import MartletCore
public import MartletHTTP

/// Limits how often each caller may call, and tells it how much is left.
///
/// The limit is a token bucket for each key (``GCRA``): `limit` requests come back evenly over
/// `period`, and up to `burst` may come at once. What is over it is answered with 429 and
/// `Retry-After`. Every response carries `RateLimit-Policy` and `RateLimit` as structured fields
/// (draft-ietf-httpapi-ratelimit-headers): `q` is the burst and `w` the seconds in which it comes
/// back; `r` is what is left and `t` the seconds until all of it is.
///
/// ```swift
/// let limit = RateLimit("api", limit: 100, per: .seconds(60), by: .client)
/// ```
///
/// Several limits may be stacked; each adds its own entry to the fields. Memory is bounded
/// whatever keys come (``capacity``); the buckets live in this process, so two processes let twice
/// as much through. Nothing is counted across a restart.
public struct RateLimit: Middleware {
    /// What the middleware limits.
    public typealias Request = MartletHTTP.Request
    /// What it answers.
    public typealias Response = MartletHTTP.Response

    /// How many keys are remembered unless told otherwise: 65,536, which take 1 MiB.
    public static let defaultCapacity = 65_536

    /// How many keys are remembered at most; further ones push out whose bucket is fullest.
    public var capacity: Int { table.capacity }

    private let rule: GCRA
    private let key: RateLimitKey
    private let table: RateLimitTable
    private let now: @Sendable () -> ContinuousClock.Instant
    private let epoch: ContinuousClock.Instant
    private let policyField: String
    private let fieldPrefix: String

    /// Makes a limit.
    ///
    /// - Parameters:
    ///   - name: What the fields call the policy: letters, digits, `-` and `_`.
    ///   - limit: How many requests are let through in a `period`.
    ///   - period: What `limit` is counted over.
    ///   - burst: How many may come at once; `limit` when nil.
    ///   - key: What requests are counted by.
    ///   - capacity: How many keys to remember at least; 16 bytes each.
    ///   - clock: The clock to read.
    public init(
        _ name: String = "default",
        limit: Int,
        per period: Duration,
        burst: Int? = nil,
        by key: RateLimitKey = .client,
        capacity: Int = RateLimit.defaultCapacity,
        clock: some MonotonicClock = ContinuousClock()
    ) {
        precondition(
            name.utf8.allSatisfy { ASCII.isToken($0) } && !name.isEmpty,
            "a policy's name is written into a header field, so it must be a token"
        )
        rule = GCRA(limit: limit, per: period, burst: burst)
        self.key = key
        table = RateLimitTable(capacity: capacity)
        now = { clock.now }
        epoch = clock.now
        policyField = "\"\(name)\";q=\(rule.burst);w=\(Self.wholeSeconds(rule.fillTime))"
        fieldPrefix = "\"\(name)\";r="
    }

    /// Passes the call on, or answers 429.
    ///
    /// - Throws: `HTTPError` with 429; what `next` throws, with the fields added when it is an
    ///   `HTTPError`.
    public func intercept(
        _ request: Request,
        context: CallContext,
        next: some Handler<Request, Response>
    ) async throws -> Response {
        var hasher = Hasher()
        guard key.feed(request, context, &hasher) else {
            return try await next.handle(request, context: context)
        }
        let decision = table.decide(
            fingerprint: UInt64(bitPattern: Int64(hasher.finalize())),
            now: (now() - epoch).wholeNanoseconds,
            by: rule
        )
        guard decision.isAllowed else {
            throw rejection(decision)
        }
        do {
            var response = try await next.handle(request, context: context)
            addFields(for: decision, to: &response.headers)
            return response
        } catch var error as HTTPError {
            addFields(for: decision, to: &error.headers)
            throw error
        }
    }

    private func rejection(_ decision: GCRA.Decision) -> HTTPError {
        let seconds = Self.wholeSeconds(decision.retryAfter)
        var headers: Headers = [.retryAfter: String(seconds)]
        addFields(for: decision, to: &headers)
        return HTTPError(
            .tooManyRequests,
            detail: "Too many requests; the next one is let through in \(seconds) s.",
            headers: headers
        )
    }

    private func addFields(for decision: GCRA.Decision, to headers: inout Headers) {
        headers.append(policyField, for: .rateLimitPolicy)
        headers.append(
            "\(fieldPrefix)\(decision.remaining);t=\(Self.wholeSeconds(decision.resetAfter))",
            for: .rateLimit
        )
    }

    /// Nanoseconds as seconds, rounded up, so that nobody is told to come too early.
    private static func wholeSeconds(_ nanoseconds: Int64) -> Int64 {
        let (seconds, rest) = nanoseconds.quotientAndRemainder(dividingBy: 1_000_000_000)
        return rest > 0 ? seconds + 1 : seconds
    }
}
