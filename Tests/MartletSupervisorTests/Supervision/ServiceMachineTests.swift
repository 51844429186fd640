import MartletSupervisor
import TestSupport
import Testing

@Suite("A supervised service")
struct ServiceMachineTests {
    private let checked = "services: {a: {command: a, health: {tcp: true}}}"
    private let plain = "services: {a: {command: a}}"

    private func rig(_ yaml: String, healthy: Bool = true) throws -> SystemRig {
        var backoff = RestartBackoff()
        backoff.jitter = 0
        var rig = try SystemRig(yaml, backoff: backoff)
        _ = rig.begin()
        _ = rig.started("a")
        if healthy { _ = rig.probed("a") }
        return rig
    }

    @Test("without a health check is healthy as soon as it runs")
    func plainHealth() throws {
        let rig = try rig(plain, healthy: false)
        #expect(rig.state("a") == .healthy)
        #expect(rig.machine.wakeAt == nil)
    }

    @Test("is asked four times a second until it is healthy, then at its interval")
    func intervals() throws {
        var rig = try rig(checked, healthy: false)
        _ = rig.probed("a", failure: "refused")
        #expect(rig.state("a") == .starting)
        var next = rig.advanceToWake()
        #expect(next.after == .milliseconds(250))
        #expect(next.steps == ["a probe"])
        _ = rig.probed("a")
        #expect(rig.state("a") == .healthy)
        #expect(rig.service("a").lastError == nil)
        next = rig.advanceToWake()
        #expect(next.after == .seconds(10))
        #expect(next.steps == ["a probe"])
    }

    @Test("is not asked again while an answer is awaited")
    func oneProbe() throws {
        var rig = try rig(checked, healthy: false)
        #expect(rig.advance(by: .seconds(5)) == [])
    }

    @Test("that is not healthy in time is ended and started again")
    func startupTimeout() throws {
        var rig = try rig(checked, healthy: false)
        _ = rig.probed("a", failure: "refused")
        #expect(rig.advance(by: .seconds(60)) == ["a terminate"])
        #expect(rig.state("a") == .unhealthy)
        #expect(rig.service("a").lastError?.contains("refused") == true)
        _ = rig.exited("a", .signalled(15))
        #expect(rig.state("a") == .backingOff)
        #expect(rig.advanceToWake().steps == ["a spawn 2"])
    }

    @Test("becomes unhealthy after so many failures in a row, and is ended and started again")
    func unhealthy() throws {
        var rig = try rig(checked)
        for failure in [true, true, false, true, true] {
            _ = rig.advance(by: .seconds(10))
            #expect(rig.probed("a", failure: failure ? "500" : nil) == [])
        }
        #expect(rig.state("a") == .healthy)
        _ = rig.advance(by: .seconds(10))
        #expect(rig.probed("a", failure: "500") == ["a terminate"])
        #expect(rig.state("a") == .unhealthy)
        #expect(rig.advance(by: .seconds(10)) == ["a kill"])
        _ = rig.exited("a", .signalled(9))
        #expect(rig.state("a") == .backingOff)
        #expect(rig.service("a").lastError == "3 health checks failed, the last: 500")
    }

    @Test("that crashes again and again is started after ever longer delays")
    func backoff() throws {
        var rig = try rig(plain, healthy: false)
        var delays: [Duration] = []
        for run in 2...9 {
            _ = rig.exited("a", .exited(3))
            #expect(rig.state("a") == .backingOff)
            let next = rig.advanceToWake()
            #expect(next.steps == ["a spawn \(run)"])
            delays.append(next.after)
            _ = rig.started("a")
        }
        #expect(delays.prefix(3) == [.milliseconds(250), .milliseconds(500), .seconds(1)])
        #expect(delays.last == .seconds(30))
        #expect(rig.service("a").restarts == 8)
        #expect(rig.service("a").lastError == "exited with status 3")
    }

    @Test("that was healthy for long is started soon, as after its first crash")
    func stable() throws {
        var rig = try rig(plain, healthy: false)
        for _ in 0..<5 {
            _ = rig.exited("a")
            _ = rig.advanceToWake()
            _ = rig.started("a")
        }
        _ = rig.advance(by: .seconds(10))
        _ = rig.exited("a")
        #expect(rig.advanceToWake().after == .milliseconds(250))
    }

    @Test(
        "is started again as its condition says",
        arguments: [
            ("always", 0, ServiceState.backingOff), ("always", 1, .backingOff),
            ("on-failure", 0, .stopped), ("on-failure", 1, .backingOff),
            ("never", 0, .stopped), ("never", 1, .failed),
        ]
    )
    func condition(restart: String, status: Int32, state: ServiceState) throws {
        var rig = try rig(
            "services: {a: {command: a, restart: \(restart)}}",
            healthy: false
        )
        _ = rig.exited("a", .exited(status))
        #expect(rig.state("a") == state)
    }

    @Test("that cannot be started has failed, until somebody wants it again")
    func failed() throws {
        var rig = try SystemRig(plain)
        _ = rig.begin()
        #expect(rig.send(.startFailed(run: 1, reason: "no such file"), to: "a") == [])
        #expect(rig.state("a") == .failed)
        #expect(rig.service("a").lastError == "no such file")
        #expect(rig.machine.wakeAt == nil)
        #expect(rig.send(.start, to: "a") == ["a spawn 2"])
    }

    @Test("ignores what comes late from an earlier process")
    func late() throws {
        var rig = try rig(checked)
        _ = rig.exited("a")
        _ = rig.advanceToWake()
        #expect(rig.send(.exited(run: 1, .exited(1)), to: "a") == [])
        #expect(rig.send(.probed(run: 1, failure: nil), to: "a") == [])
        #expect(rig.state("a") == .starting)
    }

    @Test("that is stopped stays so until it is started")
    func stopAndStart() throws {
        var rig = try rig(plain, healthy: false)
        #expect(rig.send(.stop, to: "a") == ["a terminate"])
        #expect(rig.state("a") == .stopping)
        _ = rig.exited("a", .signalled(15))
        #expect(rig.state("a") == .stopped)
        #expect(rig.machine.wakeAt == nil)
        #expect(rig.service("a").processID == nil)
        #expect(rig.send(.start, to: "a") == ["a spawn 2"])
    }

    @Test("that is stopped while it waits for its restart is not started")
    func stopWhileBackingOff() throws {
        var rig = try rig(plain, healthy: false)
        _ = rig.exited("a")
        #expect(rig.send(.stop, to: "a") == [])
        #expect(rig.state("a") == .stopped)
        #expect(rig.advance(by: .seconds(60)) == [])
    }

    @Test("that is restarted ends and starts without delay")
    func restart() throws {
        var rig = try rig(plain, healthy: false)
        #expect(rig.send(.restart, to: "a") == ["a terminate"])
        #expect(rig.exited("a", .exited(0)) == ["a spawn 2"])
        #expect(rig.state("a") == .starting)
    }

    @Test("whose process is killed by hand comes back like one that has crashed")
    func crash() throws {
        var rig = try rig(plain, healthy: false)
        #expect(rig.send(.crash, to: "a") == ["a kill"])
        _ = rig.exited("a", .signalled(9))
        #expect(rig.state("a") == .backingOff)
        #expect(rig.service("a").lastError == "was killed by signal 9 (SIGKILL)")
    }

    @Test("keeps its promises under any order of events")
    func fuzz() throws {
        var random = SplitMix(seed: 20_260_603)
        for _ in 0..<300 {
            var rig = try SystemRig(checked)
            _ = rig.begin()
            for _ in 0..<60 {
                let run = max(0, rig.service("a").run - Int.random(in: 0...1, using: &random))
                let events: [ServiceMachine.Event] = [
                    .started(run: run, processID: 1), .startFailed(run: run, reason: "x"),
                    .exited(run: run, .exited(0)), .probed(run: run, failure: nil),
                    .probed(run: run, failure: "x"), .start, .stop, .restart, .crash,
                ]
                let event = events.randomElement(using: &random) ?? .tick
                let before = rig.service("a")
                let steps = rig.send(event, to: "a")
                let spawned = steps.contains { $0.contains("spawn") }
                #expect(!spawned || !before.state.isRunning || rig.service("a").run > before.run)
                #expect(rig.service("a").state.isRunning || rig.service("a").processID == nil)
                if Bool.random(using: &random) { _ = rig.advance(by: .seconds(20)) }
            }
            _ = rig.stop()
            _ = rig.exited("a")
            #expect(rig.machine.isFinished)
        }
    }
}
