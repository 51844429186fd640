import Glibc
import MartletSupervisor
import TestSupport
import Testing

@Suite("A guarded process", .timeLimit(.minutes(3)))
struct ProcessHostTests {
    /// Runs a program to its end.
    private func run(
        _ specification: ProcessSpecification,
        during body: (ProcessHost, ProcessHost.Handle, ProcessRecorder) async throws -> Void =
            { _, _, _ in }
    ) async throws -> ProcessRecorder {
        let host = ProcessHost(executable: try Programs.martlet())
        let recorder = ProcessRecorder()
        try await host.withThread {
            guard let handle = host.start(specification, observer: recorder) else { return }
            try await body(host, handle, recorder)
            await recorder.waitForEnd()
        }
        return recorder
    }

    @Test("has its lines read, in its environment and directory, and its status told")
    func output() async throws {
        let script = "echo $GREETING; pwd; echo bad >&2; printf end; exit 7"
        let recorder = try await run(Programs.shell(script, in: "/usr"))
        #expect(
            recorder.lines.filter { $0.hasPrefix("out") } == [
                "out: hello", "out: /usr", "out: end",
            ]
        )
        #expect(recorder.lines.contains("err: bad"))
        #expect(recorder.events.last == .exited(.exited(7)))
        #expect(recorder.events.count == 2)
    }

    @Test("that writes much has all of it read")
    func muchOutput() async throws {
        let recorder = try await run(Programs.shell("seq 1 20000"))
        #expect(recorder.lines.count == 20_000)
        #expect(recorder.lines.last == "out: 20000")
    }

    @Test("that a signal ends is told so")
    func signalled() async throws {
        let recorder = try await run(Programs.shell("kill -TERM $$"))
        #expect(recorder.events.last == .exited(.signalled(SIGTERM)))
    }

    @Test("that cannot be started says why")
    func missing() async throws {
        var specification = Programs.shell("")
        specification.command = ["/no/such/program"]
        let recorder = try await run(specification)
        #expect(recorder.events == [.failed("No such file or directory")])
        let nowhere = try await run(Programs.shell("true", in: "/no/such/directory"))
        #expect(
            nowhere.events == [
                .failed("working directory /no/such/directory: No such file or directory")
            ]
        )
    }

    @Test("begins with default signals, an empty stdin and no descriptor that is not its own")
    func cleanSlate() async throws {
        let script = "cat; ls /proc/self/fd | wc -w; grep -E 'Sig(Ign|Blk)' /proc/self/status"
        let recorder = try await run(Programs.shell(script))
        // ls itself opens the directory.
        #expect(recorder.lines.first == "out: 4")
        let masks = recorder.lines.dropFirst().compactMap { line in
            line.split(separator: "\t").last.flatMap { UInt64($0, radix: 16) }
        }
        // The C library has its own way with signals 32 and 33.
        #expect(masks.map { $0 & 0x7FFF_FFFF } == [0, 0])
    }

    @Test("is sent signals together with what it has started")
    func signalsGoToTheGroup() async throws {
        let scratch = try Scratch()
        let script = "sleep 1000 & echo $! >> pids; echo $$ >> pids; wait"
        let recorder = try await run(Programs.shell(script, in: scratch.path)) { host, handle, _ in
            let processes = try await scratch.processIDs(2, in: "pids")
            host.signal(handle, SIGTERM)
            try await Programs.waitForEnd(of: processes)
        }
        #expect(recorder.events.last == .exited(.signalled(SIGTERM)))
    }

    @Test("takes everything that it has started along when it ends, new sessions included")
    func descendants() async throws {
        let scratch = try Scratch()
        let script = """
            sleep 1000 & echo $! >> pids
            setsid sh -c 'echo $$ >> pids; sleep 1000 & echo $! >> pids; wait' &
            while [ "$(wc -l < pids)" -lt 3 ]; do sleep 0.01; done
            """
        _ = try await run(Programs.shell(script, in: scratch.path))
        let processes = try await scratch.processIDs(3, in: "pids")
        #expect(processes.filter(Programs.isAlive) == [])
    }

    @Test("dies with its group when its guard is killed")
    func guardKilled() async throws {
        let scratch = try Scratch()
        let script = "echo $PPID > guard; sleep 1000 & echo $! >> pids; echo $$ >> pids; wait"
        let recorder = try await run(Programs.shell(script, in: scratch.path)) { _, _, _ in
            let processes = try await scratch.processIDs(2, in: "pids")
            let guardian = try #require(try await scratch.processIDs(1, in: "guard").first)
            kill(guardian, SIGKILL)
            try await Programs.waitForEnd(of: processes)
        }
        #expect(recorder.events.last == .exited(.signalled(SIGKILL)))
    }

    @Test("is killed when its host closes")
    func hostCloses() async throws {
        let host = ProcessHost(executable: try Programs.martlet())
        let recorder = ProcessRecorder()
        try await host.withThread {
            let script = "trap '' TERM; echo up; sleep 1000"
            _ = host.start(Programs.shell(script), observer: recorder)
            // The line and the word of its start come by different ways.
            try await Programs.wait { !recorder.lines.isEmpty && recorder.processID != nil }
        }
        #expect(recorder.events.last == .exited(.signalled(SIGKILL)))
        let process = try #require(recorder.processID)
        #expect(!Programs.isAlive(process))
    }

    @Test("has a guard with one thread, to which the kernel can tie its life")
    func oneThread() async throws {
        let recorder = try await run(Programs.shell("grep Threads /proc/$PPID/status"))
        #expect(recorder.lines == ["out: Threads:\t1"])
    }
}
