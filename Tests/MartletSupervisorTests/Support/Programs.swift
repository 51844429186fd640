import Foundation
import Glibc
import MartletSupervisor
import Testing

/// Real programs for tests of processes.
enum Programs {
    /// The `martlet` that was built with these tests.
    static func martlet() throws -> String {
        let runner = try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
        let path = URL(filePath: runner).deletingLastPathComponent().appending(path: "martlet")
        try #require(
            FileManager.default.isExecutableFile(atPath: path.path()),
            "martlet is not built beside the tests"
        )
        return path.path()
    }

    /// A shell script as a program.
    static func shell(_ script: String, in directory: String = "/") -> ProcessSpecification {
        ProcessSpecification(
            command: ["sh", "-c", script],
            environment: ["PATH": "/usr/local/bin:/usr/bin:/bin", "GREETING": "hello"],
            workingDirectory: directory
        )
    }

    /// Whether a process exists and is more than a zombie.
    static func isAlive(_ process: pid_t) -> Bool {
        guard let stat = try? String(contentsOfFile: "/proc/\(process)/stat", encoding: .utf8),
            let end = stat.lastIndex(of: ")")
        else { return false }
        return !stat[end...].hasPrefix(") Z")
    }

    /// Waits until a condition holds; the test's time limit bounds it.
    static func wait(until condition: () throws -> Bool) async throws {
        while try !condition() {
            try await ContinuousClock().sleep(for: .milliseconds(10))
        }
    }

    /// Waits until no process of these is alive.
    static func waitForEnd(of processes: [pid_t]) async throws {
        try await wait { !processes.contains(where: isAlive) }
    }
}

/// A directory for one test, removed with it.
final class Scratch: Sendable {
    let path: String

    init() throws {
        path = FileManager.default.temporaryDirectory
            .appending(path: "martlet-tests-\(UUID().uuidString)").path()
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }

    deinit {
        try? FileManager.default.removeItem(atPath: path)
    }

    func write(_ text: String, to name: String) throws {
        try text.write(toFile: "\(path)/\(name)", atomically: true, encoding: .utf8)
    }

    /// The process ids that were written to a file, one a line, once there are so many.
    ///
    /// An error when the program that is to write them ends before.
    func processIDs(
        _ count: Int,
        in name: String,
        of program: RunningProgram? = nil
    ) async throws -> [pid_t] {
        var found: [pid_t] = []
        try await Programs.wait {
            try #require(program?.isRunning ?? true, "The program has ended.")
            let text = (try? String(contentsOfFile: "\(path)/\(name)", encoding: .utf8)) ?? ""
            guard text.hasSuffix("\n") else { return false }
            found = text.split(separator: "\n").compactMap { pid_t($0) }
            return found.count >= count
        }
        return found
    }
}
