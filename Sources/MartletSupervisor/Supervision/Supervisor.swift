import Glibc
import MartletCore
package import MartletHTTP
import ServiceLifecycle
import Synchronization

/// Runs the services of a system: does what ``SystemMachine`` decides.
package final class Supervisor: Service {
    /// What somebody may want of one service.
    package enum Wish: String, CaseIterable, Sendable {
        case start, stop, restart
        /// Kills its process as if it had crashed; it is started again.
        case kill

        fileprivate var event: ServiceMachine.Event {
            switch self {
            case .start: .start
            case .stop: .stop
            case .restart: .restart
            case .kill: .crash
            }
        }
    }

    private enum Message: Sendable {
        case event(ServiceMachine.Event, service: Int)
        case tick
        case stop
        case kill
    }

    /// The lines that the services write.
    package let journal: Journal
    private let plan: LaunchPlan
    private let host: ProcessHost
    private let prober: HealthProber
    private let messages: AsyncStream<Message>
    private let inbox: AsyncStream<Message>.Continuation
    private let board: Mutex<[ServiceSnapshot]>
    private let requests: Mutex<[Int32: Int]>

    /// Makes a supervisor; nothing starts before ``run()``.
    ///
    /// - Parameters:
    ///   - plan: What to run.
    ///   - executable: The absolute path of the `martlet` whose `guard` is used.
    ///   - journal: Where the services' lines go.
    ///   - client: Asks the services for their health.
    package init(
        _ plan: LaunchPlan,
        executable: String,
        journal: Journal,
        client: HTTPClient
    ) {
        self.plan = plan
        self.journal = journal
        host = ProcessHost(executable: executable)
        prober = HealthProber(client: client, host: host)
        // Unbounded, since no message may be lost; a service has at most a few under way.
        (messages, inbox) = AsyncStream.makeStream(bufferingPolicy: .unbounded)
        board = Mutex([])
        requests = Mutex([:])
    }

    /// Runs the services until a graceful shutdown has stopped them all, dependents first.
    ///
    /// Cancellation kills them.
    package func run() async throws {
        defer { journal.finish() }
        await withGracefulShutdownHandler {
            await host.withThread { await supervise() }
        } onGracefulShutdown: {
            self.inbox.yield(.stop)
        }
    }

    /// What is known of the services now, in the definition's order.
    package var services: [ServiceSnapshot] {
        let counts = requests.withLock { $0 }
        return board.withLock { $0 }.map { snapshot in
            var snapshot = snapshot
            snapshot.requests = snapshot.processID.flatMap { counts[$0] }
            return snapshot
        }
    }

    /// What the console shows beside the services.
    package var consoleExtra: SystemDefinition.ConsoleExtra? { plan.consoleExtra }

    /// Passes a wish on; false when there is no such service.
    package func wish(_ wish: Wish, for name: String) -> Bool {
        guard let service = index(of: name) else { return false }
        inbox.yield(.event(wish.event, service: service))
        return true
    }

    /// Kills every process at once and ends the run.
    package func kill() {
        inbox.yield(.kill)
    }

    /// Notes how many requests a process says to have served.
    package func note(requests count: Int, of processID: Int32) {
        let before = requests.withLock { $0.updateValue(count, forKey: processID) }
        if before != count { journal.announceStatus() }
    }

    private func index(of name: String) -> Int? {
        plan.entries.firstIndex { $0.definition.name == name }
    }

    // MARK: - The loop

    private func supervise() async {
        var random = SystemRandomNumberGenerator()
        var machine = SystemMachine(plan.entries.map(\.definition))
        var handles: [Int: ProcessHost.Handle] = [:]
        var nextTick: ContinuousClock.Instant?
        await withDiscardingTaskGroup { group in
            let steps = machine.begin(at: .now, using: &random)
            perform(steps, handles: &handles, group: &group)
            publish(machine)
            for await message in messages {
                let now = ContinuousClock.now
                let steps: [SystemMachine.Step]
                switch message {
                case .event(let event, let service):
                    steps = machine.handle(event, of: service, at: now, using: &random)
                case .tick:
                    nextTick = nil
                    steps = machine.tick(at: now, using: &random)
                case .stop:
                    steps = machine.stop(at: now, using: &random)
                case .kill:
                    steps = machine.kill(at: now, using: &random)
                }
                perform(steps, handles: &handles, group: &group)
                publish(machine)
                if machine.isFinished { break }
                if let due = machine.wakeAt, due < nextTick ?? due.advanced(by: .seconds(1)) {
                    nextTick = due
                    group.addTask {
                        try? await ContinuousClock().sleep(until: due)
                        self.inbox.yield(.tick)
                    }
                }
            }
            group.cancelAll()
        }
    }

    private func perform(
        _ steps: [SystemMachine.Step],
        handles: inout [Int: ProcessHost.Handle],
        group: inout DiscardingTaskGroup
    ) {
        for step in steps {
            let entry = plan.entries[step.service]
            switch step.action {
            case .spawn(let run):
                let observer = Observer(
                    supervisor: self,
                    service: step.service,
                    name: entry.definition.name,
                    program: entry.specification.command.first ?? "",
                    run: run
                )
                handles[step.service] = host.start(entry.specification, observer: observer)
            case .probe(let run):
                group.addTask {
                    let failure = await self.prober.probe(entry)
                    let event = ServiceMachine.Event.probed(run: run, failure: failure)
                    self.inbox.yield(.event(event, service: step.service))
                }
            case .terminate:
                if let handle = handles[step.service] { host.signal(handle, SIGTERM) }
            case .kill:
                if let handle = handles[step.service] { host.signal(handle, SIGKILL) }
            case .announce(let text):
                journal.write(text, of: entry.definition.name, from: .supervisor)
            }
        }
    }

    private func publish(_ machine: SystemMachine) {
        let snapshots = zip(plan.entries, machine.services).map { entry, service in
            var statsPath: String?
            if case .http(let path) = entry.definition.healthCheck?.probe {
                statsPath = RequestCounter.statsPath(besideHealth: path)
            }
            return ServiceSnapshot(
                name: entry.definition.name,
                state: service.state,
                processID: service.processID,
                port: entry.port,
                restarts: service.restarts,
                startedAt: service.startedAt,
                lastError: service.lastError,
                dependencies: entry.definition.dependencies,
                speaksHTTP: statsPath != nil,
                statsPath: statsPath
            )
        }
        let hasChanged = board.withLock { board in
            defer { board = snapshots }
            return board != snapshots
        }
        if hasChanged {
            let alive = Set(snapshots.compactMap(\.processID))
            requests.withLock { $0 = $0.filter { alive.contains($0.key) } }
            journal.announceStatus()
        }
    }

    /// Carries what the process host says into the loop.
    private struct Observer: ProcessObserver {
        let supervisor: Supervisor
        let service: Int
        let name: String
        let program: String
        let run: Int

        func processWrote(_ line: String, to stream: OutputStream) {
            let origin: JournalLine.Origin =
                stream == .standardOutput ? .standardOutput : .standardError
            supervisor.journal.write(line, of: name, from: origin)
        }

        func processChanged(_ event: ProcessEvent) {
            let told: ServiceMachine.Event =
                switch event {
                case .started(let processID): .started(run: run, processID: processID)
                case .failed(let reason): .startFailed(run: run, reason: "\(program): \(reason)")
                case .exited(let status): .exited(run: run, status)
                }
            supervisor.inbox.yield(.event(told, service: service))
        }
    }
}
