import HTTPTypes
import MartletCore
import MartletHTTP

/// Makes a call as often as its policy allows, until the server has begun to answer.
struct RPCAttempts {
    let client: RPCClient.Shared
    let policy: RPCMethodPolicy
    let waitsForReady: Bool
    let context: CallContext

    /// Makes the call.
    ///
    /// - Parameters:
    ///   - isRepeatable: Whether the request can be sent again.
    ///   - request: The request of an attempt, counted from 0.
    /// - Returns: The response of the attempt that was the last, or the first to be answered.
    /// - Throws: What the transport threw, or ``RPCError``.
    func run(
        _ isRepeatable: Bool,
        _ request: @escaping @Sendable (_ attempt: Int) throws(RPCError) -> Request
    ) async throws -> Response {
        guard isRepeatable else { return try await attempt(0, request) }
        switch policy.attempts {
        case .one: return try await attempt(0, request)
        case .retry(let policy): return try await retry(policy, request)
        case .hedge(let policy): return try await hedge(policy, request)
        }
    }

    // MARK: One attempt

    private func attempt(
        _ number: Int,
        _ request: (Int) throws(RPCError) -> Request
    ) async throws -> Response {
        var context = context
        context.attempt = number
        while true {
            let now = client.clock.now
            if let retryAt = client.connectivity.retryAt(now) {
                try await waitForReady(until: retryAt, now)
            }
            do {
                let response = try await client.transport.handle(request(number), context: context)
                client.connectivity.succeeded()
                return response
            } catch let error as HTTPClientError
                where error.code == .connectFailed || error.code == .connectTimeout
            {
                client.connectivity.failed(client.clock.now)
                guard waitsForReady else { throw error }
            }
        }
    }

    /// Waits until a connection may be tried again, when the call is one that waits.
    private func waitForReady(
        until retryAt: ContinuousClock.Instant,
        _ now: ContinuousClock.Instant
    ) async throws {
        guard waitsForReady else {
            throw RPCError(
                .unavailable,
                "No connection could be made; the next is tried in \(now.duration(to: retryAt))."
            )
        }
        guard let deadline = context.deadline, deadline < retryAt else {
            return try await client.clock.sleep(until: retryAt, tolerance: nil)
        }
        try await client.clock.sleep(until: deadline, tolerance: nil)
        throw RPCError(.deadlineExceeded, "No connection could be made before the deadline.")
    }

    // MARK: Outcomes

    /// What a response, or an error, says about making a call again.
    private struct Outcome {
        let result: Result<Response, any Error>
        /// The code of a call that has failed before the server began to answer; nil for any other.
        var code: RPCStatus.Code?
        /// How long the server wants to be left alone; less than nothing for for ever.
        var pushback: Duration?

        init(
            _ result: Result<Response, any Error>,
            _ deadline: ContinuousClock.Instant?,
            _ clock: any MonotonicClock
        ) {
            self.result = result
            switch result {
            case .success(let response):
                guard let status = RPCStatus(response.headers), status.code != .ok else { return }
                code = status.code
                if let text = response.headers[RPCFields.pushback] {
                    pushback = .milliseconds(Int64(text) ?? -1)
                }
            case .failure(let error):
                let error = RPCTransportFailure.error(error, deadline: deadline, clock)
                code = (error as? RPCError)?.status.code
            }
        }
    }

    private func outcome(
        _ number: Int,
        _ request: (Int) throws(RPCError) -> Request,
        isFailure: (RPCStatus.Code) -> Bool
    ) async -> Outcome {
        let result: Result<Response, any Error>
        do {
            result = .success(try await attempt(number, request))
        } catch {
            result = .failure(error)
        }
        let outcome = Outcome(result, context.deadline, client.clock)
        if let code = outcome.code {
            if isFailure(code) || (outcome.pushback ?? .zero) < .zero { client.throttle?.failed() }
        } else {
            client.throttle?.succeeded()
        }
        return outcome
    }

    // MARK: Retries

    private func retry(
        _ policy: RPCRetryPolicy,
        _ request: (Int) throws(RPCError) -> Request
    ) async throws -> Response {
        let backoff = Backoff(
            base: policy.initialBackoff,
            multiplier: policy.backoffMultiplier,
            cap: policy.maximumBackoff
        )
        var number = 0
        var waits = 0
        while true {
            let outcome = await outcome(number, request) { policy.codes.contains($0) }
            number += 1
            guard let code = outcome.code, policy.codes.contains(code),
                number < policy.maximumAttempts, client.throttle?.allowsRetries ?? true,
                outcome.pushback ?? .zero >= .zero
            else { return try outcome.result.get() }
            let delay: Duration
            if let pushback = outcome.pushback {
                delay = pushback
                waits = 0
            } else {
                delay = backoff.delay(attempt: waits)
                waits += 1
            }
            let next = client.clock.now.advanced(by: delay)
            if let deadline = context.deadline, next >= deadline {
                return try outcome.result.get()
            }
            try await client.clock.sleep(until: next, tolerance: nil)
            if case .success(let response) = outcome.result { response.body.discard() }
        }
    }

    // MARK: Hedges

    private enum Event: Sendable {
        case outcome(Outcome)
        case delayPassed
    }

    private func hedge(
        _ policy: RPCHedgingPolicy,
        _ request: @escaping @Sendable (Int) throws(RPCError) -> Request
    ) async throws -> Response {
        try await withThrowingTaskGroup(of: Event.self) { group in
            defer { group.cancelAll() }
            var started = 0
            var running = 0
            var last: Outcome?
            var isHeldBack = false
            func start() {
                let number = started
                started += 1
                running += 1
                group.addTask {
                    .outcome(
                        await outcome(number, request) { policy.nonFatalCodes.contains($0) }
                    )
                }
                guard started < policy.maximumAttempts else { return }
                group.addTask {
                    try? await client.clock.sleep(for: policy.delay)
                    return .delayPassed
                }
            }
            start()
            while let event = try await group.next() {
                let mayGoOn = started < policy.maximumAttempts && !isHeldBack
                switch event {
                case .delayPassed:
                    if mayGoOn, client.throttle?.allowsRetries ?? true { start() }
                case .outcome(let outcome):
                    running -= 1
                    guard let code = outcome.code, policy.nonFatalCodes.contains(code) else {
                        return try outcome.result.get()
                    }
                    last = outcome
                    if let pushback = outcome.pushback, pushback < .zero { isHeldBack = true }
                    if mayGoOn, !isHeldBack, client.throttle?.allowsRetries ?? true { start() }
                    if running == 0 { return try outcome.result.get() }
                }
            }
            guard let last else { throw CancellationError() }
            return try last.result.get()
        }
    }
}
