/// Where a supervised service is in its life.
package enum ServiceState: String, Hashable, Sendable {
    /// It waits for the services that it depends on.
    case waiting
    /// Its process runs, and its health check has not succeeded yet.
    case starting
    /// Its process runs, and its last health check succeeded.
    case healthy
    /// Its health check failed too often; its process is being ended to be started again.
    case unhealthy
    /// It ended by itself and is started again after a while.
    case backingOff = "backing-off"
    /// It was asked to end and has not ended yet.
    case stopping
    /// It was asked to end, or ended and is not to be started again.
    case stopped
    /// It cannot be started, or ended badly and is not to be started again.
    case failed

    /// Whether the service has a process.
    package var isRunning: Bool {
        switch self {
        case .starting, .healthy, .unhealthy, .stopping: true
        case .waiting, .backingOff, .stopped, .failed: false
        }
    }
}

/// How a process ended.
package enum ExitStatus: Hashable, Sendable, CustomStringConvertible {
    /// It exited with a status; 0 means that all went well.
    case exited(Int32)
    /// A signal ended it.
    case signalled(Int32)

    /// Whether all went well.
    package var isSuccess: Bool { self == .exited(0) }

    /// `exited with status 1` or `was killed by signal 9 (SIGKILL)`.
    package var description: String {
        switch self {
        case .exited(let status): "exited with status \(status)"
        case .signalled(let number):
            "was killed by signal \(number)" + (Self.names[number].map { " (\($0))" } ?? "")
        }
    }

    /// The signals that end programs in practice, by their numbers on Linux.
    private static let names: [Int32: String] = [
        1: "SIGHUP", 2: "SIGINT", 3: "SIGQUIT", 4: "SIGILL", 6: "SIGABRT", 7: "SIGBUS",
        8: "SIGFPE", 9: "SIGKILL", 11: "SIGSEGV", 13: "SIGPIPE", 14: "SIGALRM", 15: "SIGTERM",
    ]
}
