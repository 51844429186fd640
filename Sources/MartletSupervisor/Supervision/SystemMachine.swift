/// Decides what to do with all services of a system: who may start, and who ends in which order.
///
/// It does no I/O and reads no clock. A service starts when everything that it depends on is
/// healthy. When the system ends, a service is asked to end once nothing that depends on it has a
/// process any more.
package struct SystemMachine: Sendable {
    /// An action, and the index of the service that it is for.
    package struct Step: Hashable, Sendable {
        package var service: Int
        package var action: ServiceMachine.Action
    }

    private enum Phase: Hashable { case running, stopping, killing }

    /// The services, in the definition's order.
    package private(set) var services: [ServiceMachine]
    private let dependencies: [[Int]]
    private let dependents: [[Int]]
    private var phase = Phase.running
    private var asked: Set<Int> = []

    /// Makes the machine of a system whose services wait.
    package init(_ definitions: [ServiceDefinition], backoff: RestartBackoff = RestartBackoff()) {
        services = definitions.map { ServiceMachine($0, backoff: backoff) }
        let indices = Dictionary(
            uniqueKeysWithValues: definitions.enumerated().map { ($0.element.name, $0.offset) }
        )
        let dependencies = definitions.map { $0.dependencies.compactMap { indices[$0] } }
        var dependents = [[Int]](repeating: [], count: definitions.count)
        for (service, needed) in dependencies.enumerated() {
            for dependency in needed { dependents[dependency].append(service) }
        }
        self.dependencies = dependencies
        self.dependents = dependents
    }

    /// Whether the system was asked to end and every process has.
    package var isFinished: Bool {
        phase != .running && services.allSatisfy { !$0.state.isRunning }
    }

    /// When to tick at the latest.
    package var wakeAt: ContinuousClock.Instant? {
        services.compactMap(\.wakeAt).min()
    }

    /// Starts what depends on nothing.
    package mutating func begin(
        at now: ContinuousClock.Instant,
        using generator: inout some RandomNumberGenerator
    ) -> [Step] {
        settle(at: now, using: &generator)
    }

    /// Takes in what happened to one service.
    ///
    /// Once the system is ending, wishes to start are ignored.
    package mutating func handle(
        _ event: ServiceMachine.Event,
        of service: Int,
        at now: ContinuousClock.Instant,
        using generator: inout some RandomNumberGenerator
    ) -> [Step] {
        if phase != .running, event == .start || event == .restart { return [] }
        let steps = send(event, to: service, at: now, using: &generator)
        return steps + settle(at: now, using: &generator)
    }

    /// Lets time pass.
    package mutating func tick(
        at now: ContinuousClock.Instant,
        using generator: inout some RandomNumberGenerator
    ) -> [Step] {
        var steps: [Step] = []
        for service in services.indices {
            steps += send(.tick, to: service, at: now, using: &generator)
        }
        return steps + settle(at: now, using: &generator)
    }

    /// Ends every service, dependents first.
    package mutating func stop(
        at now: ContinuousClock.Instant,
        using generator: inout some RandomNumberGenerator
    ) -> [Step] {
        guard phase == .running else { return [] }
        phase = .stopping
        return settle(at: now, using: &generator)
    }

    /// Kills every process at once.
    package mutating func kill(
        at now: ContinuousClock.Instant,
        using generator: inout some RandomNumberGenerator
    ) -> [Step] {
        guard phase != .killing else { return [] }
        phase = .killing
        var steps: [Step] = []
        for service in services.indices {
            steps += send(.kill, to: service, at: now, using: &generator)
        }
        return steps
    }

    private mutating func send(
        _ event: ServiceMachine.Event,
        to service: Int,
        at now: ContinuousClock.Instant,
        using generator: inout some RandomNumberGenerator
    ) -> [Step] {
        services[service].handle(event, at: now, using: &generator)
            .map { Step(service: service, action: $0) }
    }

    /// Tells every service what the others' states mean for it.
    private mutating func settle(
        at now: ContinuousClock.Instant,
        using generator: inout some RandomNumberGenerator
    ) -> [Step] {
        var steps: [Step] = []
        for service in services.indices {
            switch phase {
            case .running:
                let ready = dependencies[service].allSatisfy { services[$0].state == .healthy }
                steps += send(
                    .dependencies(ready: ready),
                    to: service,
                    at: now,
                    using: &generator
                )
            case .stopping:
                let isFree = dependents[service].allSatisfy { !services[$0].state.isRunning }
                if isFree, asked.insert(service).inserted {
                    steps += send(.stop, to: service, at: now, using: &generator)
                }
            case .killing:
                break
            }
        }
        return steps
    }
}
