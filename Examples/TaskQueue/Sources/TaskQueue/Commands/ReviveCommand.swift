import ArgumentParser

/// `task-queue revive`.
struct ReviveCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "revive",
        abstract: "Tries a dead task again."
    )

    @OptionGroup var store: StoreOptions

    @Argument(help: "The number of the task.")
    var id: Int64

    func run() async throws {
        guard try await store.open().revive(id) != nil else {
            throw ValidationError("There is no dead task \(id).")
        }
    }
}
