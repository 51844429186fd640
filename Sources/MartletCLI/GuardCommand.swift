import ArgumentParser
import MartletSupervisor

/// `martlet guard`: what `martlet up` puts between itself and a service; not for people.
struct GuardCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "guard",
        abstract: "Runs one service for martlet up and lets nothing of it outlive either."
    )

    @Option(help: "Where the program runs.")
    var directory: String

    @Argument(parsing: .captureForPassthrough, help: "The program and its arguments.")
    var command: [String]

    func run() throws {
        let words = command.first == "--" ? Array(command.dropFirst()) : command
        throw ExitCode(ProcessGuard.run(words, in: directory))
    }
}
