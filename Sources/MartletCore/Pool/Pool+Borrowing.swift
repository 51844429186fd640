import Synchronization

extension Pool {
    /// Runs `body` with an item that nobody else uses meanwhile.
    ///
    /// The item goes back when `body` returns. When `body` throws, the item is closed, unless the
    /// pool was told that it survives such an error.
    ///
    /// - Parameters:
    ///   - deadline: When to give up waiting; after ``PoolConfiguration/maximumWait`` unless you
    ///     say so. Opening an item is limited by what opens it.
    ///   - body: What to do with the item, which must not be used after it returns.
    /// - Returns: What `body` returns.
    /// - Throws: ``WaitError`` with ``WaitError/Code/queueFull``, ``WaitError/Code/timedOut`` or
    ///   ``WaitError/Code/closed``; `CancellationError`; why an item could not be opened; what
    ///   `body` throws.
    public func withItem<Result>(
        until deadline: ContinuousClock.Instant? = nil,
        _ body: (Item) async throws -> Result
    ) async throws -> Result {
        let kept = try await borrow(until: deadline)
        do {
            let result = try await body(kept.item)
            await giveBack(kept)
            return result
        } catch {
            if keepsAfterError(kept.item, error) {
                await giveBack(kept)
            } else {
                await discard(kept.item, .error)
            }
            throw error
        }
    }

    private enum Entry {
        case item(Kept)
        case place
        case wait(Waiter<Grant>, until: ContinuousClock.Instant, needsTimer: Bool)
    }

    private func borrow(until deadline: ContinuousClock.Instant?) async throws -> Kept {
        switch try enter(until: deadline) {
        case .item(let kept):
            return isFresh(kept) ? kept : try await check(kept)
        case .place:
            return try await openInPlace()
        case .wait(let waiter, let end, let needsTimer):
            return try await wait(waiter, until: end, needsTimer: needsTimer)
        }
    }

    private func enter(until deadline: ContinuousClock.Instant?) throws(WaitError) -> Entry {
        try state.withLock { state throws(WaitError) in
            guard !state.machine.isClosed else { throw Self.closed }
            if let kept = state.machine.takeIdle() {
                state.counts.borrows += 1
                return .item(kept)
            }
            if state.machine.takePlace(below: configuration.maximum) {
                state.counts.opening += 1
                return .place
            }
            guard !state.machine.isLineFull else {
                state.counts.refused += 1
                let count = configuration.maximumWaiters
                throw WaitError(.queueFull, "\(count) wait for an item of the pool already")
            }
            let end = deadline ?? clock.now.advanced(by: configuration.maximumWait)
            let waiter = Waiter<Grant>()
            state.machine.join(Waiting(waiter: waiter, deadline: end))
            let needsTimer = state.nextLook.map { end < $0 } ?? true
            return .wait(waiter, until: end, needsTimer: needsTimer)
        }
    }

    private func wait(
        _ waiter: Waiter<Grant>,
        until deadline: ContinuousClock.Instant,
        needsTimer: Bool
    ) async throws -> Kept {
        let start = clock.now
        let grant = await waiter.outcome(until: needsTimer ? deadline : nil, clock: clock) {
            leave(waiter, .cancelled)
        } onTimeout: {
            self.leave(waiter, .timedOut)
        }
        switch grant {
        case .item(let kept):
            countWait(since: start, opens: false)
            guard !Task.isCancelled else {
                // The item is as good as it was.
                await giveBack(kept)
                throw CancellationError()
            }
            return kept
        case .place:
            countWait(since: start, opens: true)
            return try await openInPlace()
        case .closed:
            throw Self.closed
        case .cancelled:
            throw CancellationError()
        case .timedOut:
            throw WaitError(.timedOut, "none of \(configuration.maximum) became free in time")
        }
    }

    private static var closed: WaitError { WaitError(.closed, "the pool was closed") }

    private func leave(_ waiter: Waiter<Grant>, _ grant: Grant) {
        let resumption = state.withLock { state in
            state.machine.leave { $0.waiter === waiter }
                .flatMap { state.refuse($0, grant) }
        }
        resumption?.resume()
    }

    private func countWait(since start: ContinuousClock.Instant, opens: Bool) {
        let waited = clock.now - start
        state.withLock { state in
            state.counts.waits += 1
            state.counts.totalWait += waited
            state.counts.longestWait = max(state.counts.longestWait, waited)
            if opens { state.counts.opening += 1 } else { state.counts.borrows += 1 }
        }
        metrics?.waited(waited)
    }

    private func isFresh(_ kept: Kept) -> Bool {
        let now = clock.now
        return now < kept.expiry && now - kept.idleSince < configuration.healthCheckAfter
    }

    /// Makes sure that an idle item still works, or opens another in its place.
    private func check(_ kept: Kept) async throws -> Kept {
        if clock.now >= kept.expiry {
            await end(kept.item, .old)
        } else if await isHealthy(kept.item) {
            return kept
        } else {
            await end(kept.item, .unhealthy)
        }
        state.withLock { state in
            state.counts.borrows -= 1
            state.counts.opening += 1
        }
        return try await openInPlace()
    }

    /// Opens an item in a place that is counted among those being opened.
    func openInPlace(isBorrow: Bool = true) async throws -> Kept {
        do {
            try Task.checkCancellation()
            let item = try await open()
            let now = clock.now
            let cut = configuration.lifetimeJitter * random()
            let expiry = now.advanced(by: configuration.lifetime * (1 - cut))
            state.withLock { state in
                state.counts.opening -= 1
                state.counts.opened += 1
                if isBorrow { state.counts.borrows += 1 }
            }
            return Kept(item: item, expiry: expiry, idleSince: now)
        } catch {
            state.withLock { state in
                state.counts.opening -= 1
                if !(error is CancellationError) { state.counts.failedToOpen += 1 }
            }
            freePlace()
            throw error
        }
    }

    // MARK: Giving back

    func giveBack(_ kept: Kept) async {
        var kept = kept
        kept.idleSince = clock.now
        guard kept.idleSince < kept.expiry else { return await discard(kept.item, .old) }
        let returned = kept
        let (isClosed, resumption) = state.withLock { state in
            state.machine.isClosed
                ? (true, nil)
                : (false, state.machine.give(returned)?.waiter.settle(.item(returned)))
        }
        if isClosed { return await discard(kept.item, .shutdown) }
        resumption?.resume()
    }

    /// Closes an item and gives up its place.
    func discard(_ item: Item, _ reason: PoolSnapshot.Ending) async {
        await end(item, reason)
        freePlace()
    }

    /// Closes an item, whose place stays taken.
    private func end(_ item: Item, _ reason: PoolSnapshot.Ending) async {
        await close(item)
        state.withLock { $0.counts.count(reason) }
    }

    /// Gives up a place, to the first in line if there is one.
    func freePlace() {
        let (next, drained) = state.withLock { state in
            let next = state.machine.freePlace()?.waiter.settle(.place)
            let isEmpty = state.machine.isClosed && state.machine.count == 0
            return (next, isEmpty ? state.drains.settleAll(true) : [])
        }
        next?.resume()
        for waiter in drained { waiter.resume() }
    }
}

extension Pool.State {
    /// Tells one who has left the line why.
    mutating func refuse(
        _ waiting: Pool.Waiting,
        _ grant: Pool.Grant
    ) -> Resumption<Pool.Grant>? {
        switch grant {
        case .timedOut: counts.timedOut += 1
        case .cancelled: counts.cancelled += 1
        case .item, .place, .closed: break
        }
        return waiting.waiter.settle(grant)
    }
}
