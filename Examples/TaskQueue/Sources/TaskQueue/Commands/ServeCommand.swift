import ArgumentParser
import Martlet

/// `task-queue serve`.
struct ServeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "serve",
        abstract: "Takes tasks over HTTP, and does them."
    )

    @OptionGroup var store: StoreOptions
    @OptionGroup var worker: WorkerOptions

    @Option(help: "The port to listen on, of this machine only.")
    var port = 8080

    func run() async throws {
        let store = try store.open()
        // Service reads its settings from flags too; here they are this command's.
        var service = Service(
            "task-queue",
            configuration: ServiceConfiguration(
                arguments: ["--http-host", "127.0.0.1", "--http-port", "\(port)"]
            )
        )
        let worker = worker.make(store)
        service.add("worker", worker)
        TaskRoutes(store: store, kinds: Set(worker.work.keys)).register(in: &service.router)
        try await service.serve()
    }
}
