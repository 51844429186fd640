import Foundation
package import Glibc
import Synchronization

/// A program that a test has started and will end.
///
/// Its output goes to a file. Foundation's `Process` does not do here: it knows that a program has
/// ended by a socket that other programs inherit.
package final class RunningProgram: Sendable {
    package let processID: pid_t
    private let outputPath: String
    /// What the kernel said when it had ended; the number is another's from then on.
    private let status = Mutex<Int32?>(nil)

    /// Starts a program, which is looked for in `PATH` when its name has no slash.
    ///
    /// - Parameters:
    ///   - command: The program and its arguments.
    ///   - scratch: Where its output goes.
    ///   - environment: Its environment; ours when nil.
    ///   - descriptors: Descriptors of ours, each by the number under which the program finds it,
    ///     from 3 on; it has no others.
    /// - Throws: ``ProgramFailure`` with the kernel's reason.
    package init(
        _ command: [String],
        in scratch: Scratch,
        environment: [String: String]? = nil,
        descriptors: [Int32: Int32] = [:]
    ) throws {
        outputPath = "\(scratch.path)/output-\(UUID().uuidString)"
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
        }
        // A socket of ours that another process also holds would not end with us.
        let last = descriptors.keys.max() ?? STDERR_FILENO
        for number in (last + 1)..<4096 { posix_spawn_file_actions_addclose(&actions, number) }
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        var all = sigset_t()
        sigfillset(&all)
        posix_spawnattr_setsigdefault(&attributes, &all)
        posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGDEF))
        // The pointers come from strdup and are freed after the call; nobody else has them.
        let arguments = command.map { strdup($0) } + [nil]
        let variables = environment.map { $0.map { strdup("\($0)=\($1)") } + [nil] }
        defer {
            for text in arguments + (variables ?? []) { free(text) }
        }
        var processID = pid_t()
        let code =
            if let variables {
                posix_spawnp(&processID, command[0], &actions, &attributes, arguments, variables)
            } else {
                posix_spawnp(&processID, command[0], &actions, &attributes, arguments, environ)
            }
        guard code == 0 else {
            throw ProgramFailure("\(command[0]): \(String(cString: strerror(code)))")
        }
        self.processID = processID
    }

    /// What it has written so far.
    package var output: String {
        (try? String(contentsOfFile: outputPath, encoding: .utf8)) ?? ""
    }

    /// Whether it runs.
    package var isRunning: Bool { status.withLock { $0 == nil } && Programs.isAlive(processID) }

    /// Sends a signal, if the program is still there to get it.
    package func send(_ signal: Int32) {
        status.withLock { status in
            if status == nil { kill(processID, signal) }
        }
    }

    /// Waits until it has ended; the test's time limit bounds it.
    ///
    /// - Returns: Its status, or 128 and the number of the signal that ended it.
    @discardableResult
    package func waitForEnd() async throws -> Int32 {
        try await Programs.wait { !isRunning }
        return status.withLock { known in
            if let known { return known }
            var status: Int32 = 0
            waitpid(processID, &status, 0)
            let code = status & 0x7F == 0 ? (status >> 8) & 0xFF : 128 + (status & 0x7F)
            known = code
            return code
        }
    }
}
