import MartletSupervisor
import ServiceLifecycle
import UnixSignals

/// Kills everything at the second Ctrl-C; the first is the service group's.
struct SecondSignal: Service {
    let supervisor: Supervisor

    func run() async throws {
        var count = 0
        let signals = await UnixSignalsSequence(trapping: .sigint, .sigterm)
        for await _ in signals.cancelOnGracefulShutdown() {
            count += 1
            if count == 2 { supervisor.kill() }
        }
    }
}
