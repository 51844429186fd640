import Foundation
package import Glibc

/// What a test program needs that it does not get.
package struct ProgramFailure: Error, CustomStringConvertible {
    package let description: String

    init(_ description: String) {
        self.description = description
    }
}

/// Real programs for tests.
package enum Programs {
    /// The program of this package with that name, which was built with these tests.
    package static func built(_ name: String) throws -> String {
        let runner = try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
        let path = URL(filePath: runner).deletingLastPathComponent().appending(path: name).path()
        guard FileManager.default.isExecutableFile(atPath: path) else {
            throw ProgramFailure("\(name) is not built beside the tests")
        }
        return path
    }

    /// The Python of the environment that `make setup` has made.
    package static func python() throws -> String {
        let root = #filePath.split(separator: "/").dropLast(3).joined(separator: "/")
        let path = "/\(root)/.venv/bin/python"
        guard FileManager.default.isExecutableFile(atPath: path) else {
            throw ProgramFailure("There is no \(path); run: make setup")
        }
        return path
    }

    /// Runs a program to its end; it is killed when the task is cancelled.
    ///
    /// - Returns: What it wrote, and its status as ``RunningProgram/waitForEnd()`` has it.
    package static func run(_ command: [String]) async throws -> (output: String, status: Int32) {
        let scratch = try Scratch()
        let program = try RunningProgram(command, in: scratch)
        defer { program.send(SIGKILL) }
        let status = try await program.waitForEnd()
        return (program.output, status)
    }

    /// Whether a process exists and is more than a zombie.
    package static func isAlive(_ process: pid_t) -> Bool {
        guard let stat = try? String(contentsOfFile: "/proc/\(process)/stat", encoding: .utf8),
            let end = stat.lastIndex(of: ")")
        else { return false }
        return !stat[end...].hasPrefix(") Z")
    }

    /// Waits until a condition holds; the test's time limit bounds it.
    package static func wait(until condition: () throws -> Bool) async throws {
        while try !condition() {
            try await ContinuousClock().sleep(for: .milliseconds(10))
        }
    }

    /// Waits until no process of these is alive.
    package static func waitForEnd(of processes: [pid_t]) async throws {
        try await wait { !processes.contains(where: isAlive) }
    }
}
