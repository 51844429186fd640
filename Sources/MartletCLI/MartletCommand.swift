import ArgumentParser

/// The `martlet` command.
struct MartletCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "martlet",
        abstract: "Runs systems of services and what stands before them.",
        subcommands: [GatewayCommand.self, UpCommand.self, VersionCommand.self]
    )
}

/// Where the program begins.
@main
enum Entry {
    /// Runs the command that the arguments name.
    ///
    /// `guard` is taken out before anything asynchronous runs, because it must have one thread:
    /// the kernel ties the service's life to the thread that started it, and gives the signal of
    /// a child's end to any thread that has not blocked it.
    @MainActor
    static func main() async {
        let arguments = CommandLine.arguments.dropFirst()
        if arguments.first == "guard" {
            GuardCommand.main(Array(arguments.dropFirst()))
        } else {
            await MartletCommand.main()
        }
    }
}
