import Logging
import ServiceLifecycle
import Synchronization

extension Pool {
    /// Keeps the minimum open and closes what is idle for too long or too old.
    ///
    /// Ends by ``shutDown()`` on a graceful shutdown. When its task is cancelled, it closes what
    /// is idle and waits for nothing. Run it at most once.
    public func run() async {
        do {
            try await cancelWhenGracefulShutdown {
                try await withThrowingTaskGroup(of: Void.self) { group in
                    group.addTask { try await self.keepTime() }
                    group.addTask { try await self.keepUp() }
                    try await group.waitForAll()
                }
            }
        } catch {
            // It ends by being cancelled only: by a shutdown, or with its task.
        }
        await shutDown()
        metrics?.report(snapshot, maximum: configuration.maximum)
    }

    /// Lends nothing any more, closes what is idle, and waits for what is borrowed.
    ///
    /// Whoever waits for an item is refused with ``WaitError/Code/closed``. Waits no longer than
    /// ``PoolConfiguration/shutdownGracePeriod``, and not at all when its task is cancelled; what
    /// is borrowed for longer is closed when it comes back.
    public func shutDown() async {
        let (idle, line) = state.withLock { $0.machine.close() }
        for waiting in line { waiting.waiter.settle(.closed)?.resume() }
        await closeAll(idle, .shutdown)
        let deadline = clock.now.advanced(by: configuration.shutdownGracePeriod)
        let waiter = state.withLock { state in
            state.machine.count == 0 ? nil : state.drains.append(())
        }
        guard let waiter else { return }
        let isDrained = await waiter.outcome(until: deadline, clock: clock) {
            endDrain(waiter)
        } onTimeout: {
            self.endDrain(waiter)
        }
        guard !isDrained else { return }
        let left = state.withLock { $0.machine.count }
        logger.warning("A pool was closed while items are in use.", metadata: ["items": "\(left)"])
    }

    private func endDrain(_ waiter: Waiter<Bool>) {
        state.withLock { $0.drains.settle(waiter, false) }?.resume()
    }

    private func keepUp() async throws {
        let backoff = Backoff(
            base: configuration.upkeepInterval,
            cap: max(.seconds(30), configuration.upkeepInterval)
        )
        var failures = 0
        var nextAttempt = clock.now
        while true {
            await retire()
            if clock.now >= nextAttempt {
                do {
                    try await refill()
                    failures = 0
                } catch {
                    try Task.checkCancellation()
                    nextAttempt = clock.now.advanced(by: backoff.ceiling(attempt: failures))
                    failures += 1
                    logger.warning(
                        "A pool cannot keep its minimum.",
                        metadata: ["error": "\(error)", "minimum": "\(configuration.minimum)"]
                    )
                }
            }
            metrics?.report(snapshot, maximum: configuration.maximum)
            let next = clock.now.advanced(by: configuration.upkeepInterval)
            try await clock.sleep(until: next, tolerance: nil)
        }
    }

    /// Closes what is too old or was idle for too long.
    private func retire() async {
        let now = clock.now
        let (old, unused) = state.withLock { state in
            let old = state.machine.removeIdle { $0.expiry <= now }
            // The places of the old ones are still counted.
            var surplus = state.machine.count - old.count - configuration.minimum
            let unused = state.machine.removeIdle { kept in
                guard surplus > 0, now - kept.idleSince >= configuration.idleTime else {
                    return false
                }
                surplus -= 1
                return true
            }
            return (old, unused)
        }
        await closeAll(old, .old)
        await closeAll(unused, .idle)
    }

    /// Opens what is missing for the minimum.
    private func refill() async throws {
        while takePlaceForMinimum() {
            await giveBack(try await openInPlace(isBorrow: false))
        }
    }

    private func takePlaceForMinimum() -> Bool {
        state.withLock { state in
            guard state.machine.takePlace(below: configuration.minimum) else { return false }
            state.counts.opening += 1
            return true
        }
    }

    private func closeAll(_ items: [Kept], _ reason: PoolSnapshot.Ending) async {
        await withDiscardingTaskGroup { group in
            for kept in items {
                group.addTask { await self.discard(kept.item, reason) }
            }
        }
    }
}
