import CProcess
import Glibc

/// Stands between `martlet up` and one service, so that nothing of the service outlives either.
///
/// `martlet up` starts the guard, the guard starts the service; they talk over a socket that the
/// guard holds as descriptor 3. Each byte that arrives is the number of a signal for the service's
/// process group. The end of the socket means that `martlet up` is gone, however it went: the
/// guard kills the group. In the other direction go lines: `group N` before the service runs,
/// `pid N` once it does, `exit N` or `signal N` when it has ended, and `error N` with an errno
/// when it cannot be started.
///
/// - When the service's first process ends, the guard kills whatever is left of the group and of
///   the descendants that left it: they become the guard's own children when their parents die
///   (`PR_SET_CHILD_SUBREAPER`). Only then does it report the end.
/// - When the guard itself is killed, the kernel kills the service (`PR_SET_PDEATHSIG`), and
///   `martlet up` kills the group.
package struct ProcessGuard: ~Copyable {
    /// The descriptor of the socket to `martlet up`.
    package static let controlDescriptor: Int32 = 3
    /// What a shell exits with when it cannot start a program.
    private static let cannotStart: Int32 = 127

    private let service: pid_t
    private let childSignals: Int32

    /// Runs a program under guard, to its end.
    ///
    /// For a process that does nothing else and has one thread.
    ///
    /// - Parameters:
    ///   - command: The program and its arguments.
    ///   - directory: Where it runs.
    /// - Returns: The status to exit with.
    package static func run(_ command: [String], in directory: String) -> Int32 {
        for number in [SIGINT, SIGTERM, SIGHUP, SIGPIPE, SIGQUIT] {
            signal(number, SIG_IGN)
        }
        _ = martlet_close_on_exec_from(UInt32(controlDescriptor))
        guard chdir(directory) == 0, martlet_adopt_orphans() == 0,
            let childSignals = watchChildren()
        else {
            report("error \(errno)")
            return cannotStart
        }
        let service = CStrings.withArray(command) {
            martlet_spawn_tied($0, controlDescriptor)
        }
        guard service > 0 else {
            report("error \(-service)")
            return cannotStart
        }
        report("pid \(service)")
        return ProcessGuard(service: service, childSignals: childSignals).watch()
    }

    /// A descriptor that becomes readable when a child has ended.
    private static func watchChildren() -> Int32? {
        var signals = sigset_t()
        sigemptyset(&signals)
        sigaddset(&signals, SIGCHLD)
        guard sigprocmask(SIG_BLOCK, &signals, nil) == 0 else { return nil }
        let descriptor = signalfd(-1, &signals, Int32(SFD_CLOEXEC))
        return descriptor >= 0 ? descriptor : nil
    }

    private consuming func watch() -> Int32 {
        var isControlled = true
        while true {
            if martlet_exited_child() != 0, let status = reap() {
                finish(status)
                return 0
            }
            var waiting = [
                pollfd(fd: childSignals, events: Int16(POLLIN), revents: 0),
                pollfd(
                    fd: isControlled ? Self.controlDescriptor : -1,
                    events: Int16(POLLIN),
                    revents: 0
                ),
            ]
            guard poll(&waiting, nfds_t(waiting.count), -1) > 0 else { continue }
            if waiting[0].revents != 0 {
                var information = signalfd_siginfo()
                _ = read(childSignals, &information, MemoryLayout<signalfd_siginfo>.size)
            }
            if waiting[1].revents != 0 {
                isControlled = obey()
            }
        }
    }

    /// Passes signals on; false when nobody is left to send any.
    private borrowing func obey() -> Bool {
        var number: UInt8 = 0
        let count = read(Self.controlDescriptor, &number, 1)
        if count < 0, errno == EINTR || errno == EAGAIN { return true }
        guard count == 1 else {
            kill(-service, SIGKILL)
            return false
        }
        kill(-service, Int32(number))
        return true
    }

    /// Takes in the children that have ended; the service's status when it is among them.
    ///
    /// The group is killed while the service's process id still belongs to its zombie, so that
    /// no other process can have been given it.
    private borrowing func reap() -> Int32? {
        while true {
            let child = martlet_exited_child()
            guard child > 0 else { return nil }
            if child == service { kill(-service, SIGKILL) }
            var status: Int32 = 0
            waitpid(child, &status, 0)
            if child == service { return status }
        }
    }

    private borrowing func finish(_ status: Int32) {
        var rest: Int32 = 0
        repeat {
            for child in Self.children() { kill(child, SIGKILL) }
        } while waitpid(-1, &rest, 0) > 0
        let ending = status & 0x7F
        Self.report(ending == 0 ? "exit \((status >> 8) & 0xFF)" : "signal \(ending)")
    }

    /// The children of this process, orphans of its descendants among them.
    private static func children() -> [pid_t] {
        let own = getpid()
        let descriptor = open("/proc/\(own)/task/\(own)/children", O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return [] }
        defer { close(descriptor) }
        var bytes = [UInt8](repeating: 0, count: 64 * 1024)
        let count = read(descriptor, &bytes, bytes.count)
        return String(decoding: bytes.prefix(max(0, count)), as: UTF8.self)
            .split(separator: " ").compactMap { pid_t($0) }
    }

    private static func report(_ line: String) {
        let bytes = Array("\(line)\n".utf8)
        _ = write(controlDescriptor, bytes, bytes.count)
    }
}
