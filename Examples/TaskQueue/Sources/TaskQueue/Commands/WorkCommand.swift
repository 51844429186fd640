import ArgumentParser
import Martlet
import ServiceLifecycle
import UnixSignals

/// `task-queue work`.
struct WorkCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "work",
        abstract: "Does tasks until Ctrl-C; a task that was begun is finished."
    )

    @OptionGroup var store: StoreOptions
    @OptionGroup var worker: WorkerOptions

    @Flag(help: "Stop when there is nothing left to do.")
    var untilEmpty = false

    func run() async throws {
        var worker = try worker.make(store.open())
        worker.options.stopsWhenEmpty = untilEmpty
        let service = ServiceGroupConfiguration.ServiceConfiguration(
            service: worker,
            successTerminationBehavior: .gracefullyShutdownGroup
        )
        let group = ServiceGroup(
            configuration: ServiceGroupConfiguration(
                services: [service],
                gracefulShutdownSignals: [.sigterm, .sigint],
                logger: Logger(label: "task-queue") { _ in SwiftLogNoOpLogHandler() }
            )
        )
        try await group.run()
    }
}

/// How to work.
struct WorkerOptions: ParsableArguments {
    @Option(help: "How many tasks to do at a time.")
    var workers = 4

    @Option(
        help: "How long a task is kept from others without a sign of life.",
        transform: { text in
            guard let duration = Duration(configurationText: text), duration > .zero else {
                throw ValidationError("'\(text)' is not \(Duration.configurationSyntax).")
            }
            return duration
        }
    )
    var lease: Duration = .seconds(30)

    func validate() throws {
        guard workers > 0 else { throw ValidationError("There must be a worker.") }
    }

    /// A worker that does what the program can do.
    func make(_ store: TaskStore) -> Worker {
        var worker = Worker(store: store, work: StandardWork.all())
        worker.options.concurrency = workers
        worker.options.lease = lease
        worker.logger = Logger(label: "task-queue") { StreamLogHandler.standardError(label: $0) }
        return worker
    }
}
