import Foundation
import Glibc
import Testing

/// A program that a test has started and will end.
///
/// Its output goes to a file. Foundation's `Process` does not do here: it knows that a program has
/// ended by a socket that other programs inherit.
final class RunningProgram: Sendable {
    let processID: pid_t
    private let outputPath: String

    /// Starts a program that finds `descriptors` of ours under the numbers given.
    init(_ command: [String], in scratch: Scratch, descriptors: [Int32: Int32] = [:]) throws {
        outputPath = "\(scratch.path)/output"
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        let flags = O_WRONLY | O_CREAT | O_APPEND
        posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0)
        posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, outputPath, flags, 0o600)
        posix_spawn_file_actions_adddup2(&actions, STDOUT_FILENO, STDERR_FILENO)
        // First out of the way, because ours may have the numbers that others shall get.
        for (number, own) in descriptors {
            posix_spawn_file_actions_adddup2(&actions, own, 200 + number)
        }
        for number in descriptors.keys {
            posix_spawn_file_actions_adddup2(&actions, 200 + number, number)
            posix_spawn_file_actions_addclose(&actions, 200 + number)
        }
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        var all = sigset_t()
        sigfillset(&all)
        posix_spawnattr_setsigdefault(&attributes, &all)
        posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGDEF))
        // The pointers come from strdup and are freed after the call; nobody else has them.
        let arguments = command.map { strdup($0) } + [nil]
        defer {
            for argument in arguments { free(argument) }
        }
        var processID = pid_t()
        let code = posix_spawn(
            &processID,
            command[0],
            &actions,
            &attributes,
            arguments,
            environ
        )
        try #require(code == 0, "\(command[0]): \(String(cString: strerror(code)))")
        self.processID = processID
    }

    /// What it has written so far.
    var output: String {
        (try? String(contentsOfFile: outputPath, encoding: .utf8)) ?? ""
    }

    /// Whether it runs; takes its status in when it does not.
    var isRunning: Bool { Programs.isAlive(processID) }

    func send(_ signal: Int32) {
        kill(processID, signal)
    }

    /// Waits until it has ended; its status, or 128 and the number of the signal that ended it.
    func waitForEnd() async throws -> Int32 {
        try await Programs.wait { !isRunning }
        var status: Int32 = 0
        waitpid(processID, &status, 0)
        return status & 0x7F == 0 ? (status >> 8) & 0xFF : 128 + (status & 0x7F)
    }
}
