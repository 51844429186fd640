import MartletSupervisor
import TestSupport

extension Programs {
    /// The `martlet` that was built with these tests.
    static func martlet() throws -> String { try built("martlet") }

    /// A shell script as a program.
    static func shell(_ script: String, in directory: String = "/") -> ProcessSpecification {
        ProcessSpecification(
            command: ["sh", "-c", script],
            environment: ["PATH": "/usr/local/bin:/usr/bin:/bin", "GREETING": "hello"],
            workingDirectory: directory
        )
    }
}
