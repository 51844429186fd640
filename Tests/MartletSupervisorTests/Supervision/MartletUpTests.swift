import Foundation
import Glibc
import MartletSupervisor
import TestSupport
import Testing

/// Runs the built `martlet up` as a person does.
@Suite("martlet up", .timeLimit(.minutes(3)))
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
        _ others: [String: String] = [:],
        _ body: (RunningProgram, Scratch) async throws -> Void
    ) async throws {
        let scratch = try Scratch()
        try scratch.write(file, to: "martlet.yaml")
        for (name, text) in others { try scratch.write(text, to: name) }
        let up = try RunningProgram(
            [try Programs.martlet(), "up", "\(scratch.path)/martlet.yaml", "--no-console"],
            in: scratch
        )
        defer { if up.isRunning { up.send(SIGKILL) } }
        do {
            try await body(up, scratch)
        } catch {
            Issue.record("\(error)\n\(up.output)")
        }
    }

    @Test("leaves nothing behind when it is killed")
    func killed() async throws {
        try await withUp(Self.file) { up, scratch in
            let processes = try await scratch.processIDs(2, in: "pids", of: up)
            #expect(processes.allSatisfy(Programs.isAlive))
            up.send(SIGKILL)
            #expect(try await up.waitForEnd() == 128 + SIGKILL)
            try await Programs.waitForEnd(of: processes)
        }
    }

    @Test("stops everything at the first signal, dependents first", arguments: [SIGINT, SIGTERM])
    func stopped(signal: Int32) async throws {
        try await withUp(Self.file) { up, scratch in
            let processes = try await scratch.processIDs(2, in: "pids", of: up)
            up.send(signal)
            #expect(try await up.waitForEnd() == 0)
            #expect(processes.filter(Programs.isAlive) == [])
            let said = up.output
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
                command: sh stubborn.sh
                stopTimeout: 1h
            """
        let script = """
            trap 'echo TERM > trapped' TERM
            echo $$ >> pids
            while :; do sleep 0.01; done
            """
        try await withUp(stubborn, ["stubborn.sh": script]) { up, scratch in
            let processes = try await scratch.processIDs(1, in: "pids", of: up)
            up.send(SIGINT)
            try await Programs.wait {
                FileManager.default.fileExists(atPath: "\(scratch.path)/trapped")
            }
            #expect(processes.allSatisfy(Programs.isAlive))
            up.send(SIGINT)
            _ = try await up.waitForEnd()
            try await Programs.waitForEnd(of: processes)
        }
    }

    @Test("starts a service again that was killed")
    func restarted() async throws {
        try await withUp(Self.file) { up, scratch in
            let first = try await scratch.processIDs(2, in: "pids", of: up)
            kill(first[0], SIGKILL)
            let all = try await scratch.processIDs(4, in: "pids", of: up)
            #expect(all[2] != first[0])
            #expect(first.filter(Programs.isAlive) == [])
            up.send(SIGTERM)
            #expect(try await up.waitForEnd() == 0)
            #expect(all.filter(Programs.isAlive) == [])
        }
    }

    @Test("says what is wrong with a file and starts nothing")
    func refused() async throws {
        try await withUp("services: {a: {comand: x}}") { up, _ in
            let status = try await up.waitForEnd()
            #expect(status != 0)
            #expect(up.output.contains("martlet.yaml:1: services.a.comand: there is no such key."))
            #expect(up.output.contains("Did you mean “command”?"))
        }
    }
}
