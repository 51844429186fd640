import MartletSupervisor
import TestSupport

/// A system without processes, in time that moves by hand.
struct SystemRig {
    private(set) var machine: SystemMachine
    private let names: [String]
    private var random = SplitMix(seed: 7)
    private(set) var now = ContinuousClock.now

    init(_ yaml: String, backoff: RestartBackoff = RestartBackoff()) throws {
        let definition = try Definitions.read(yaml)
        machine = SystemMachine(definition.services, backoff: backoff)
        names = definition.services.map(\.name)
    }

    private func index(_ name: String) -> Int {
        names.firstIndex(of: name) ?? 0
    }

    func service(_ name: String) -> ServiceMachine {
        machine.services[index(name)]
    }

    func state(_ name: String) -> ServiceState {
        service(name).state
    }

    /// The steps as `name action`, without what is only told.
    private func words(_ steps: [SystemMachine.Step]) -> [String] {
        steps.compactMap { step in
            let verb: String
            switch step.action {
            case .spawn(let run): verb = "spawn \(run)"
            case .probe: verb = "probe"
            case .terminate: verb = "terminate"
            case .kill: verb = "kill"
            case .announce: return nil
            }
            return "\(names[step.service]) \(verb)"
        }
    }

    mutating func begin() -> [String] {
        words(machine.begin(at: now, using: &random))
    }

    mutating func send(_ event: ServiceMachine.Event, to name: String) -> [String] {
        words(machine.handle(event, of: index(name), at: now, using: &random))
    }

    /// Reports that the current process of a service has started.
    mutating func started(_ name: String, processID: Int32 = 100) -> [String] {
        send(.started(run: service(name).run, processID: processID), to: name)
    }

    /// Reports that the current process of a service has ended.
    mutating func exited(_ name: String, _ status: ExitStatus = .exited(1)) -> [String] {
        send(.exited(run: service(name).run, status), to: name)
    }

    /// Reports an answer to a probe of the current process.
    mutating func probed(_ name: String, failure: String? = nil) -> [String] {
        send(.probed(run: service(name).run, failure: failure), to: name)
    }

    mutating func stop() -> [String] {
        words(machine.stop(at: now, using: &random))
    }

    mutating func kill() -> [String] {
        words(machine.kill(at: now, using: &random))
    }

    /// Lets time pass; what was due on the way is done at the end.
    mutating func advance(by duration: Duration) -> [String] {
        now = now.advanced(by: duration)
        return words(machine.tick(at: now, using: &random))
    }

    /// Jumps to the moment that the machine waits for, and says how far that was.
    mutating func advanceToWake() -> (after: Duration, steps: [String]) {
        guard let due = machine.wakeAt else { return (.zero, []) }
        let after = due - now
        return (after, advance(by: after))
    }
}
