import ServiceLifecycle
import Synchronization

/// The life of a server: it listens, serves until it is told to stop, drains and closes.
package final class Serving: Sendable {
    private enum State {
        case notYet([CheckedContinuation<[BindAddress], any Error>])
        case at(Listener, [BindAddress])
        case failed(any Error)
    }

    private let state = Mutex(State.notYet([]))

    package init() {}

    /// Serves until the task is cancelled (abrupt) or a graceful shutdown has drained.
    ///
    /// - Throws: ``ListenError`` when an address cannot be had.
    package func run(
        _ configuration: ListenerConfiguration,
        on loops: EventLoops,
        gracePeriod: Duration,
        makeDriver: @escaping Listener.MakeDriver
    ) async throws {
        let listener: Listener
        do {
            listener = try await Listener.listen(configuration, on: loops, makeDriver: makeDriver)
        } catch {
            settle(.failed(error))
            throw error
        }
        settle(.at(listener, listener.addresses))
        let isGraceful = (try? await gracefulShutdown()) != nil && !Task.isCancelled
        await listener.stopAccepting()
        await Self.drain(listener, gracePeriod: isGraceful ? gracePeriod : .zero)
    }

    /// Where the server listens; waits until it listens.
    ///
    /// - Throws: The error that kept it from listening.
    package func boundAddresses() async throws -> [BindAddress] {
        try await withCheckedThrowingContinuation { continuation in
            let known: Result<[BindAddress], any Error>? = state.withLock { state in
                switch state {
                case .notYet(let waiters):
                    state = .notYet(waiters + [continuation])
                    return nil
                case .at(_, let addresses): return .success(addresses)
                case .failed(let error): return .failure(error)
                }
            }
            if let known { continuation.resume(with: known) }
        }
    }

    /// How many connections are open.
    package var connectionCount: Int {
        state.withLock { state in
            if case .at(let listener, _) = state { listener.connectionCount } else { 0 }
        }
    }

    private func settle(_ outcome: State) {
        let waiters = state.withLock { state in
            defer { state = outcome }
            if case .notYet(let waiters) = state { return waiters }
            return []
        }
        for waiter in waiters {
            switch outcome {
            case .at(_, let addresses): waiter.resume(returning: addresses)
            case .failed(let error): waiter.resume(throwing: error)
            case .notYet: break
            }
        }
    }

    /// Lets connections finish, but not for longer than the grace period; returns when all are
    /// closed.
    private static func drain(_ listener: Listener, gracePeriod: Duration) async {
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await listener.drain() }
            group.addTask {
                try? await ContinuousClock().sleep(for: gracePeriod)
                listener.closeAll()
            }
            await group.next()
            group.cancelAll()
        }
    }
}
