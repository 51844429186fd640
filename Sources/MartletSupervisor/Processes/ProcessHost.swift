import CProcess
import Glibc
import Synchronization

/// Starts programs under guard, reads what they write and tells how they end.
///
/// One thread serves all of them: it waits in `poll` for everything that any of them writes, so
/// that no event loop and no thread of the concurrency pool ever blocks on a service.
package final class ProcessHost: Sendable {
    /// Names a process that was started.
    package struct Handle: Hashable, Sendable {
        fileprivate let number: Int
    }

    private struct State {
        var processes: [Int: GuardedProcess] = [:]
        var nextNumber = 0
        var isClosing = false
    }

    private let state = Mutex(State())
    private let executable: String
    /// Becomes readable when the thread has to look at `state` again.
    private let wakeUp: Int32

    /// Makes a host; nothing runs before ``withThread(_:)``.
    ///
    /// - Parameter executable: The absolute path of the `martlet` whose `guard` is used.
    package init(executable: String) {
        self.executable = executable
        wakeUp = eventfd(0, Int32(EFD_CLOEXEC) | Int32(EFD_NONBLOCK))
        precondition(wakeUp >= 0, "The kernel refuses an eventfd.")
    }

    deinit {
        close(wakeUp)
    }

    /// Serves processes as long as `body` runs.
    ///
    /// Closing the guards' sockets at the end makes them kill whatever still runs.
    package func withThread<Result>(_ body: () async throws -> Result) async rethrows -> Result {
        let thread = DedicatedThread(name: "martlet-procs") { self.serve() }
        defer {
            state.withLock { $0.isClosing = true }
            wake()
            thread.join()
        }
        return try await body()
    }

    /// Starts a program.
    ///
    /// - Parameters:
    ///   - specification: The program.
    ///   - observer: Who is told; ``ProcessEvent/failed(_:)`` or ``ProcessEvent/exited(_:)`` comes
    ///     exactly once, also when the program cannot be started.
    /// - Returns: A handle for ``signal(_:_:)``; nil when it could not be started.
    package func start(
        _ specification: ProcessSpecification,
        observer: some ProcessObserver
    ) -> Handle? {
        let started: GuardSpawner.Started
        do {
            started = try GuardSpawner.spawn(specification, executable: executable)
        } catch {
            observer.processChanged(.failed(error.reason))
            return nil
        }
        let number = state.withLock { state in
            state.nextNumber += 1
            state.processes[state.nextNumber] = GuardedProcess(
                observer: observer,
                started: started
            )
            return state.nextNumber
        }
        wake()
        return Handle(number: number)
    }

    /// Sends a signal to the process and everything in its group; nothing when it has ended.
    package func signal(_ handle: Handle, _ number: Int32) {
        state.withLock { state in
            guard let process = state.processes[handle.number] else { return }
            var byte = UInt8(truncatingIfNeeded: number)
            _ = send(process.control, &byte, 1, Int32(MSG_NOSIGNAL))
        }
    }

    private func wake() {
        var one: UInt64 = 1
        _ = write(wakeUp, &one, MemoryLayout<UInt64>.size)
    }

    // MARK: - The thread

    private func serve() {
        while true {
            let (owners, isClosing) = state.withLock { state in
                let owners = state.processes.flatMap { number, process in
                    process.descriptors.map { (number: number, descriptor: $0) }
                }
                return (owners, state.isClosing)
            }
            if isClosing { break }
            var waiting = owners.map {
                pollfd(fd: $0.descriptor, events: Int16(POLLIN), revents: 0)
            }
            waiting.append(pollfd(fd: wakeUp, events: Int16(POLLIN), revents: 0))
            guard poll(&waiting, nfds_t(waiting.count), -1) > 0 else { continue }
            if waiting[owners.count].revents != 0 {
                var count: UInt64 = 0
                _ = read(wakeUp, &count, MemoryLayout<UInt64>.size)
            }
            for (owner, ready) in zip(owners, waiting) where ready.revents != 0 {
                readable(owner.descriptor, of: owner.number)
            }
        }
        finishAll()
    }

    private func readable(_ descriptor: Int32, of number: Int) {
        // The process is taken out of the lock while its observer is called.
        guard var process = state.withLock({ $0.processes[number] }) else { return }
        if process.readable(descriptor) {
            state.withLock { $0.processes[number] = process }
        } else {
            state.withLock { $0.processes[number] = nil }
            process.finish()
        }
    }

    /// Ends what still runs: closing our end makes each guard kill its service and exit.
    private func finishAll() {
        let processes = state.withLock { state in
            let processes = Array(state.processes.values)
            state.processes.removeAll()
            return processes
        }
        for process in processes { shutdown(process.control, Int32(SHUT_WR)) }
        for var process in processes { process.finish() }
    }
}
