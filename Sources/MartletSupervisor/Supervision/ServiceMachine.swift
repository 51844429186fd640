/// Decides what to do with one service: what happened goes in, what to do comes out.
///
/// It does no I/O and reads no clock. Every process that it asks for has a number, its run; what
/// is reported of another run than the current one is late and ignored.
package struct ServiceMachine: Sendable {
    /// What happened.
    package enum Event: Hashable, Sendable {
        /// The services that this one depends on have become healthy, or are no longer.
        case dependencies(ready: Bool)
        /// The process of a run has started.
        case started(run: Int, processID: Int32)
        /// The process of a run could not be started.
        case startFailed(run: Int, reason: String)
        /// The process of a run has ended, and everything that it had started.
        case exited(run: Int, ExitStatus)
        /// A probe of a run was answered; nil is healthy, else the reason why not.
        case probed(run: Int, failure: String?)
        /// Time has passed.
        case tick
        /// Somebody wants it to run.
        case start
        /// Somebody wants it to end.
        case stop
        /// Somebody wants it to end and to be started again.
        case restart
        /// Somebody wants its process killed at once, as if it had crashed.
        case crash
        /// Somebody wants it to end at once.
        case kill
    }

    /// What to do.
    package enum Action: Hashable, Sendable {
        /// Start a process.
        case spawn(run: Int)
        /// Ask whether it is healthy.
        case probe(run: Int)
        /// Ask the process to end.
        case terminate(run: Int)
        /// Kill the process.
        case kill(run: Int)
        /// Tell whoever watches.
        case announce(String)
    }

    /// What shall become of the service.
    private enum Goal: Hashable { case up, down, cycle }

    /// Where it is.
    package private(set) var state = ServiceState.waiting
    /// The number of the current or last process; 0 before the first.
    package private(set) var run = 0
    /// The process id while there is a process.
    package private(set) var processID: Int32?
    /// When the current process started.
    package private(set) var startedAt: ContinuousClock.Instant?
    /// What went wrong last.
    package private(set) var lastError: String?
    /// When to send a ``Event/tick`` at the latest; nil when time changes nothing.
    package var wakeAt: ContinuousClock.Instant? {
        [restartAt, probeAt, startupDeadline, killAt].compactMap(\.self).min()
    }
    /// How often it was started again.
    package var restarts: Int { max(0, run - 1) }

    private let healthCheck: HealthCheck?
    private let restart: RestartCondition
    private let stopTimeout: Duration
    private let backoff: RestartBackoff

    private var goal = Goal.up
    private var dependenciesReady = false
    private var failures = 0
    private var failedProbes = 0
    private var lastProbeFailure: String?
    private var healthySince: ContinuousClock.Instant?
    private var restartAt: ContinuousClock.Instant?
    private var probeAt: ContinuousClock.Instant?
    private var startupDeadline: ContinuousClock.Instant?
    private var killAt: ContinuousClock.Instant?

    /// Makes the machine of a service that waits for its dependencies.
    package init(_ service: ServiceDefinition, backoff: RestartBackoff = RestartBackoff()) {
        healthCheck = service.healthCheck
        restart = service.restart
        stopTimeout = service.stopTimeout
        self.backoff = backoff
    }

    /// Takes in what happened.
    ///
    /// - Parameters:
    ///   - event: What happened.
    ///   - now: When.
    ///   - generator: Where the jitter of delays comes from.
    /// - Returns: What to do, in this order.
    package mutating func handle(
        _ event: Event,
        at now: ContinuousClock.Instant,
        using generator: inout some RandomNumberGenerator
    ) -> [Action] {
        switch event {
        case .dependencies(let ready):
            dependenciesReady = ready
            return startIfPossible(at: now)
        case .started(let run, let processID):
            return isCurrent(run) ? started(processID, at: now) : []
        case .startFailed(let run, let reason):
            return isCurrent(run) ? startFailed(reason) : []
        case .exited(let run, let status):
            return isCurrent(run) ? exited(status, at: now, using: &generator) : []
        case .probed(let run, let failure):
            return isCurrent(run) ? probed(failure, at: now) : []
        case .tick: return tick(at: now)
        case .start: return start(at: now)
        case .stop: return stop(then: .down, at: now)
        case .restart: return stop(then: .cycle, at: now)
        case .crash: return state.isRunning ? [.kill(run: run)] : []
        case .kill: return kill()
        }
    }

    // MARK: - The process

    private func isCurrent(_ run: Int) -> Bool {
        run == self.run && state.isRunning
    }

    private mutating func startIfPossible(at now: ContinuousClock.Instant) -> [Action] {
        guard state == .waiting, goal == .up, dependenciesReady else { return [] }
        run += 1
        state = .starting
        startedAt = now
        failedProbes = 0
        lastProbeFailure = nil
        healthySince = nil
        startupDeadline = healthCheck.map { now.advanced(by: $0.startupTimeout) }
        return [.spawn(run: run)]
    }

    private mutating func started(
        _ processID: Int32,
        at now: ContinuousClock.Instant
    ) -> [Action] {
        self.processID = processID
        startedAt = now
        guard state == .starting else { return [] }
        guard healthCheck != nil else {
            return becomeHealthy(at: now)
        }
        probeAt = now
        return tick(at: now)
    }

    private mutating func startFailed(_ reason: String) -> [Action] {
        clearProcess()
        lastError = reason
        if goal == .down {
            state = .stopped
            return []
        }
        goal = .up
        state = .failed
        return [.announce("cannot be started: \(reason)")]
    }

    private mutating func exited(
        _ status: ExitStatus,
        at now: ContinuousClock.Instant,
        using generator: inout some RandomNumberGenerator
    ) -> [Action] {
        let wasUnhealthy = state == .unhealthy
        let wasStable = healthySince.map { now - $0 >= backoff.stableAfter } ?? false
        clearProcess()
        switch goal {
        case .down:
            state = .stopped
            return [.announce("stopped; it \(status)")]
        case .cycle:
            goal = .up
            failures = 0
            state = .waiting
            return [.announce("\(status); starting it again")] + startIfPossible(at: now)
        case .up:
            break
        }
        let isSuccess = status.isSuccess && !wasUnhealthy
        if !wasUnhealthy, !isSuccess || restart == .always { lastError = status.description }
        if restart == .never || (restart == .onFailure && isSuccess) {
            state = isSuccess ? .stopped : .failed
            return [.announce("\(status)")]
        }
        failures = wasStable ? 1 : failures + 1
        let delay = backoff.delay(afterFailures: failures, using: &generator)
        restartAt = now.advanced(by: delay)
        state = .backingOff
        return [.announce("\(status); starting it again in \(delay.seconds(digits: 2)) s")]
    }

    private mutating func clearProcess() {
        processID = nil
        startedAt = nil
        healthySince = nil
        probeAt = nil
        startupDeadline = nil
        killAt = nil
    }

    // MARK: - Health

    private mutating func becomeHealthy(at now: ContinuousClock.Instant) -> [Action] {
        let took = startedAt.map { (now - $0).seconds(digits: 2) } ?? "0"
        state = .healthy
        healthySince = now
        startupDeadline = nil
        failedProbes = 0
        return [.announce(healthCheck == nil ? "runs" : "healthy after \(took) s")]
    }

    private mutating func probed(
        _ failure: String?,
        at now: ContinuousClock.Instant
    ) -> [Action] {
        guard let healthCheck, state == .starting || state == .healthy else { return [] }
        let isStarting = state == .starting
        var actions: [Action] = []
        if let failure {
            lastProbeFailure = failure
            failedProbes += 1
            if !isStarting, failedProbes >= healthCheck.retries {
                return becomeUnhealthy(
                    "\(failedProbes) health checks failed, the last: \(failure)",
                    at: now
                )
            }
        } else {
            failedProbes = 0
            if isStarting { actions = becomeHealthy(at: now) }
        }
        let interval = state == .starting ? HealthCheck.startupInterval : healthCheck.interval
        probeAt = now.advanced(by: interval)
        return actions
    }

    private mutating func becomeUnhealthy(
        _ reason: String,
        at now: ContinuousClock.Instant
    ) -> [Action] {
        state = .unhealthy
        lastError = reason
        probeAt = nil
        startupDeadline = nil
        killAt = now.advanced(by: stopTimeout)
        return [.announce("unhealthy: \(reason)"), .terminate(run: run)]
    }

    // MARK: - Time

    private mutating func tick(at now: ContinuousClock.Instant) -> [Action] {
        var actions: [Action] = []
        if let due = restartAt, due <= now {
            restartAt = nil
            state = .waiting
            actions += startIfPossible(at: now)
        }
        if let due = killAt, due <= now {
            killAt = nil
            let limit = stopTimeout.seconds(digits: 1)
            actions.append(.announce("still runs \(limit) s after SIGTERM; killing it"))
            actions.append(.kill(run: run))
        }
        if let due = startupDeadline, due <= now, let healthCheck {
            let limit = healthCheck.startupTimeout.seconds(digits: 1)
            let last = lastProbeFailure.map { "; the last check: \($0)" } ?? ""
            return actions + becomeUnhealthy("not healthy within \(limit) s\(last)", at: now)
        }
        if let due = probeAt, due <= now {
            probeAt = nil
            actions.append(.probe(run: run))
        }
        return actions
    }

    // MARK: - Wishes

    private mutating func start(at now: ContinuousClock.Instant) -> [Action] {
        switch state {
        case .stopped, .failed, .backingOff:
            goal = .up
            failures = 0
            restartAt = nil
            state = .waiting
            return startIfPossible(at: now)
        case .stopping:
            goal = .cycle
            return []
        case .waiting, .starting, .healthy, .unhealthy:
            return []
        }
    }

    private mutating func stop(then goal: Goal, at now: ContinuousClock.Instant) -> [Action] {
        switch state {
        case .starting, .healthy, .unhealthy:
            self.goal = goal
            state = .stopping
            probeAt = nil
            startupDeadline = nil
            killAt = killAt ?? now.advanced(by: stopTimeout)
            return [.terminate(run: run)]
        case .stopping:
            self.goal = goal
            return []
        case .waiting, .backingOff, .stopped, .failed:
            if goal == .cycle { return start(at: now) }
            self.goal = .down
            restartAt = nil
            if state != .failed { state = .stopped }
            return []
        }
    }

    private mutating func kill() -> [Action] {
        goal = .down
        guard state.isRunning else {
            restartAt = nil
            if state != .failed { state = .stopped }
            return []
        }
        state = .stopping
        probeAt = nil
        startupDeadline = nil
        killAt = nil
        return [.kill(run: run)]
    }
}
