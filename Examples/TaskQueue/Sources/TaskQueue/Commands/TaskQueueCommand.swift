import ArgumentParser

/// The program.
@main
struct TaskQueueCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "task-queue",
        abstract: "Keeps tasks in a file until they are done.",
        subcommands: [
            AddCommand.self, WorkCommand.self, ServeCommand.self, ListCommand.self,
            ReviveCommand.self,
        ]
    )
}

/// Where the queue is.
struct StoreOptions: ParsableArguments {
    @Option(help: "The file of the queue.")
    var database = "tasks.sqlite"

    /// Opens the queue.
    func open() throws -> TaskStore { try TaskStore(path: database) }
}
