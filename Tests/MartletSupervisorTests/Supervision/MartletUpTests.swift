import Foundation
import Glibc
import MartletSupervisor
import Testing

/// Runs the built `martlet up` as a person does.
@Suite("martlet up", .timeLimit(.minutes(1)))
struct MartletUpTests {
    private static let file = """
        services:
          web:
            command: python3 -u -m http.server ${PORT} --bind 127.0.0.1
            health: {tcp: true}
          shell:
            command: sh -c 'echo $$ >> pids; sleep 1000 & echo $! >> pids; echo $WEB_URL; wait'
            dependsOn: web
        """

    /// Starts `martlet up` on a file, runs `body`, and ends it if it still runs.
    private func withUp(
        _ file: String,
        _ body: (Process, Scratch, Pipe) async throws -> Void
    ) async throws {
        let scratch = try Scratch()
        try scratch.write(file, to: "martlet.yaml")
        let process = Process()
        process.executableURL = URL(filePath: try Programs.martlet())
        process.arguments = ["up", "--no-console"]
        process.currentDirectoryURL = URL(filePath: scratch.path)
        let output = Pipe()
        process.standardOutput = output
        process.standardError = output
        try process.run()
        defer { if process.isRunning { kill(process.processIdentifier, SIGKILL) } }
        try await body(process, scratch, output)
    }

    private func text(of output: Pipe) -> String {
        String(decoding: output.fileHandleForReading.availableData, as: UTF8.self)
    }

    @Test("leaves nothing behind when it is killed")
    func killed() async throws {
        try await withUp(Self.file) { process, scratch, _ in
            let processes = try await scratch.processIDs(2, in: "pids")
            #expect(processes.allSatisfy(Programs.isAlive))
            kill(process.processIdentifier, SIGKILL)
            try await Programs.waitForEnd(of: processes)
        }
    }

    @Test("stops everything at the first signal, dependents first", arguments: [SIGINT, SIGTERM])
    func stopped(signal: Int32) async throws {
        try await withUp(Self.file) { process, scratch, output in
            let processes = try await scratch.processIDs(2, in: "pids")
            kill(process.processIdentifier, signal)
            try await Programs.wait { !process.isRunning }
            #expect(process.terminationStatus == 0)
            #expect(processes.filter(Programs.isAlive) == [])
            let said = text(of: output)
            let shell = try #require(said.range(of: "shell: stopped"))
            let web = try #require(said.range(of: "web: stopped"))
            #expect(shell.lowerBound < web.lowerBound)
            #expect(said.contains("shell   | http://127.0.0.1:"))
        }
    }

    @Test("kills at the second signal what does not end at the first")
    func killedByTheSecondSignal() async throws {
        let stubborn = """
            services:
              a:
                command: sh -c 'trap "echo TERM >> pids" TERM; echo $$ >> pids; while :; do sleep 0.01; done'
                stopTimeout: 1h
            """
        try await withUp(stubborn) { process, scratch, _ in
            let processes = try await scratch.processIDs(1, in: "pids")
            kill(process.processIdentifier, SIGINT)
            try await Programs.wait {
                let text = try String(contentsOfFile: "\(scratch.path)/pids", encoding: .utf8)
                return text.contains("TERM")
            }
            #expect(processes.allSatisfy(Programs.isAlive))
            kill(process.processIdentifier, SIGINT)
            try await Programs.wait { !process.isRunning }
            try await Programs.waitForEnd(of: processes)
        }
    }

    @Test("starts a service again that was killed")
    func restarted() async throws {
        try await withUp(Self.file) { process, scratch, _ in
            let first = try await scratch.processIDs(2, in: "pids")
            kill(first[0], SIGKILL)
            let all = try await scratch.processIDs(4, in: "pids")
            #expect(all[2] != first[0])
            #expect(first.filter(Programs.isAlive) == [])
            kill(process.processIdentifier, SIGTERM)
            try await Programs.wait { !process.isRunning }
            #expect(all.filter(Programs.isAlive) == [])
        }
    }

    @Test("says what is wrong with a file and starts nothing")
    func refused() async throws {
        try await withUp("services: {a: {comand: x}}") { process, _, output in
            try await Programs.wait { !process.isRunning }
            #expect(process.terminationStatus != 0)
            let said = text(of: output)
            #expect(said.contains("martlet.yaml:1: services.a.comand: there is no such key."))
            #expect(said.contains("Did you mean “command”?"))
        }
    }
}
