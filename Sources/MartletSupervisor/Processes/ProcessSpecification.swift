/// What is needed to start a program.
package struct ProcessSpecification: Hashable, Sendable {
    /// The program, looked up in the environment's PATH unless it has a slash, and its arguments.
    package var command: [String]
    /// The whole environment.
    package var environment: [String: String]
    /// An absolute directory.
    package var workingDirectory: String

    package init(command: [String], environment: [String: String], workingDirectory: String) {
        self.command = command
        self.environment = environment
        self.workingDirectory = workingDirectory
    }
}

/// What happened to a process.
package enum ProcessEvent: Hashable, Sendable {
    /// It runs, with this id.
    case started(Int32)
    /// It could not be started; the last event.
    case failed(String)
    /// It has ended, and everything that it had started; the last event.
    case exited(ExitStatus)
}

/// Where a line that a process wrote came from.
package enum OutputStream: String, Hashable, Sendable {
    case standardOutput = "out"
    case standardError = "err"
}

/// Who is told about a process; called on the process host's thread, so it must not block.
package protocol ProcessObserver: Sendable {
    /// A line that the process wrote, without its end.
    func processWrote(_ line: String, to stream: OutputStream)
    /// Something else happened.
    func processChanged(_ event: ProcessEvent)
}
