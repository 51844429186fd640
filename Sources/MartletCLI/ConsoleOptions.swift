import ArgumentParser

/// Where the console of `martlet up` is.
struct ConsoleOptions: ParsableArguments {
    @Option(help: "The port of the console on 127.0.0.1.")
    var consolePort = 7070

    @Flag(help: "Serve no console.")
    var noConsole = false

    /// The port to serve the console on; nil for no console, 0 for a free one.
    var port: Int? { noConsole ? nil : consolePort }

    func validate() throws {
        guard (0...65_535).contains(consolePort) else {
            throw ValidationError("--console-port must be from 0 to 65535, not \(consolePort).")
        }
    }
}
