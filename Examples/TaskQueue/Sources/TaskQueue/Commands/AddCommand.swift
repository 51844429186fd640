import ArgumentParser

/// `task-queue add`.
struct AddCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "add",
        abstract: "Adds a task and prints its number."
    )

    @OptionGroup var store: StoreOptions

    @Option(help: "Adds nothing when a task was added under this key before.")
    var key: String?

    @Argument(help: "The kind of task: print, post or fail.")
    var kind: String

    @Argument(help: "What to print; 'URL TEXT' to post; why to fail.")
    var payload: String

    func validate() throws {
        let kinds = StandardWork.all().keys.sorted()
        guard kinds.contains(kind) else {
            throw ValidationError("The kind must be one of \(kinds.joined(separator: ", ")).")
        }
        guard payload.utf8.count <= TaskStore.payloadLimit else {
            throw ValidationError("The payload has more than \(TaskStore.payloadLimit) bytes.")
        }
    }

    func run() async throws {
        do {
            print(try await store.open().add(kind, payload, key: key).id)
        } catch is TaskStore.KeyConflict {
            throw ValidationError("The key was used for another task.")
        }
    }
}
