import ArgumentParser

/// `task-queue list`.
struct ListCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "Shows the oldest tasks in a state."
    )

    @OptionGroup var store: StoreOptions

    @Argument(help: "waiting, running, done or dead.")
    var state: QueuedTask.State = .waiting

    func run() async throws {
        for task in try await store.open().tasks(state) {
            let reason = task.lastError.map { " (\($0))" } ?? ""
            print("\(task.id) \(task.kind) \(task.payload): attempt \(task.attempts)\(reason)")
        }
    }
}

extension QueuedTask.State: ExpressibleByArgument {}
