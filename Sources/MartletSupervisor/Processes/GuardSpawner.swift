import CProcess
import Glibc

/// Starts guards.
enum GuardSpawner {
    /// A guard that has been started, and our ends of what it holds.
    struct Started {
        var guardID: pid_t
        var control: Int32
        var standardOutput: Int32
        var standardError: Int32
    }

    /// Why a guard cannot be started.
    struct Failure: Error {
        var reason: String

        init(_ what: String, code: Int32) {
            reason = "\(what): \(String(cString: strerror(code)))"
        }
    }

    /// The pipes between us and a guard: ours are the first of each pair.
    private struct Plumbing {
        var control: [Int32] = []
        var output: [Int32] = []
        var error: [Int32] = []

        var ours: [Int32] { [control, output, error].compactMap(\.first) }
        var theirs: [Int32] { [control, output, error].compactMap(\.last) }
    }

    /// Starts a guard for a program.
    ///
    /// - Parameters:
    ///   - specification: The program.
    ///   - executable: The `martlet` that has the guard in it.
    /// - Returns: The guard and our ends of what it holds.
    /// - Throws: ``Failure`` when the directory is missing or the kernel refuses.
    static func spawn(
        _ specification: ProcessSpecification,
        executable: String
    ) throws(Failure) -> Started {
        guard access(specification.workingDirectory, X_OK) == 0 else {
            throw Failure("working directory \(specification.workingDirectory)", code: errno)
        }
        var plumbing = Plumbing()
        do {
            try open(&plumbing)
            let guardID = try start(specification, executable: executable, plumbing)
            for descriptor in plumbing.theirs { close(descriptor) }
            return Started(
                guardID: guardID,
                control: plumbing.control[0],
                standardOutput: plumbing.output[0],
                standardError: plumbing.error[0]
            )
        } catch {
            for descriptor in plumbing.ours + plumbing.theirs { close(descriptor) }
            throw error
        }
    }

    private static func open(_ plumbing: inout Plumbing) throws(Failure) {
        var pair: [Int32] = [-1, -1]
        let kind = Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue)
        guard socketpair(AF_UNIX, kind, 0, &pair) == 0 else {
            throw Failure("socketpair", code: errno)
        }
        plumbing.control = pair
        guard martlet_pipe(&pair) == 0 else { throw Failure("pipe", code: errno) }
        plumbing.output = pair
        guard martlet_pipe(&pair) == 0 else { throw Failure("pipe", code: errno) }
        plumbing.error = pair
        for descriptor in plumbing.ours {
            _ = fcntl(descriptor, F_SETFL, fcntl(descriptor, F_GETFL) | O_NONBLOCK)
        }
    }

    private static func start(
        _ specification: ProcessSpecification,
        executable: String,
        _ plumbing: Plumbing
    ) throws(Failure) -> pid_t {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0)
        posix_spawn_file_actions_adddup2(&actions, plumbing.output[1], STDOUT_FILENO)
        posix_spawn_file_actions_adddup2(&actions, plumbing.error[1], STDERR_FILENO)
        posix_spawn_file_actions_adddup2(
            &actions,
            plumbing.control[1],
            ProcessGuard.controlDescriptor
        )

        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        var none = sigset_t()
        sigemptyset(&none)
        posix_spawnattr_setsigmask(&attributes, &none)
        posix_spawnattr_setpgroup(&attributes, 0)
        posix_spawnattr_setflags(
            &attributes,
            Int16(POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK)
        )

        let directory = specification.workingDirectory
        let arguments =
            ["martlet", "guard", "--directory", directory, "--"] + specification.command
        let environment = specification.environment.map { "\($0.key)=\($0.value)" }
        var guardID = pid_t()
        let code = CStrings.withArray(arguments) { arguments in
            CStrings.withArray(environment) { environment in
                posix_spawn(
                    &guardID,
                    executable,
                    &actions,
                    &attributes,
                    arguments,
                    environment
                )
            }
        }
        guard code == 0 else { throw Failure("guard \(executable)", code: code) }
        return guardID
    }
}
