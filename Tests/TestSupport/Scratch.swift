import Foundation
package import Glibc

/// A directory for one test, removed with it.
package final class Scratch: Sendable {
    package let path: String

    package init() throws {
        path = FileManager.default.temporaryDirectory
            .appending(path: "martlet-tests-\(UUID().uuidString)").path()
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }

    deinit {
        try? FileManager.default.removeItem(atPath: path)
    }

    package func write(_ text: String, to name: String) throws {
        try text.write(toFile: "\(path)/\(name)", atomically: true, encoding: .utf8)
    }

    /// The process ids that were written to a file, one a line, once there are so many.
    ///
    /// An error when the program that is to write them ends before.
    package func processIDs(
        _ count: Int,
        in name: String,
        of program: RunningProgram? = nil
    ) async throws -> [pid_t] {
        var found: [pid_t] = []
        try await Programs.wait {
            guard program?.isRunning ?? true else { throw ProgramFailure("The program has ended.") }
            let text = (try? String(contentsOfFile: "\(path)/\(name)", encoding: .utf8)) ?? ""
            guard text.hasSuffix("\n") else { return false }
            found = text.split(separator: "\n").compactMap { pid_t($0) }
            return found.count >= count
        }
        return found
    }
}
