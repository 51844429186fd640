import MartletCore
import ServiceLifecycle

/// The first to hear of a shutdown: says that the service is not ready any more, and gives load
/// balancers time to notice before the server stops accepting.
struct Drain: ServiceLifecycle.Service {
    let state: ServiceState
    let time: Duration
    let clock: any MonotonicClock

    func run() async throws {
        try await gracefulShutdown()
        state.drain()
        if time > .zero { try await clock.sleep(for: time) }
    }
}
