import MartletSupervisor
import Testing

@Suite("A supervised system")
struct SystemMachineTests {
    private let chain = """
        services:
          db: {command: db, health: {tcp: true}}
          user: {command: user, dependsOn: [db]}
          order: {command: order, dependsOn: [db, user]}
        """

    /// The chain with every service healthy.
    private func running() throws -> SystemRig {
        var rig = try SystemRig(chain)
        _ = rig.begin()
        _ = rig.started("db")
        _ = rig.probed("db")
        _ = rig.started("user")
        _ = rig.started("order")
        return rig
    }

    @Test("starts a service when everything it depends on is healthy, not before")
    func order() throws {
        var rig = try SystemRig(chain)
        #expect(rig.begin() == ["db spawn 1"])
        #expect(rig.started("db") == ["db probe"])
        #expect(rig.state("user") == .waiting)
        #expect(rig.probed("db", failure: "refused") == [])
        #expect(rig.advance(by: HealthCheck.startupInterval) == ["db probe"])
        #expect(rig.probed("db") == ["user spawn 1"])
        #expect(rig.state("order") == .waiting)
        #expect(rig.started("user") == ["order spawn 1"])
    }

    @Test("ends dependents first, and each only when the ones before are gone")
    func stop() throws {
        var rig = try running()
        #expect(rig.stop() == ["order terminate"])
        #expect(rig.stop() == [])
        #expect(rig.exited("order", .signalled(15)) == ["user terminate"])
        #expect(!rig.machine.isFinished)
        #expect(rig.exited("user", .exited(0)) == ["db terminate"])
        #expect(rig.exited("db", .exited(0)) == [])
        #expect(rig.machine.isFinished)
        #expect(rig.machine.wakeAt == nil)
    }

    @Test("that ends kills who does not go in time, and starts nothing again")
    func stubborn() throws {
        var rig = try running()
        _ = rig.stop()
        #expect(rig.advance(by: .seconds(9)).contains("order kill") == false)
        #expect(rig.advance(by: .seconds(1)).contains("order kill"))
        _ = rig.exited("order", .signalled(9))
        #expect(rig.send(.start, to: "order") == [])
        #expect(rig.send(.restart, to: "order") == [])
        #expect(rig.state("order") == .stopped)
    }

    @Test("that is killed kills every process at once, whatever depends on what")
    func kill() throws {
        var rig = try running()
        _ = rig.stop()
        #expect(Set(rig.kill()) == ["db kill", "user kill", "order kill"])
        #expect(rig.kill() == [])
        for name in ["db", "user", "order"] { _ = rig.exited(name, .signalled(9)) }
        #expect(rig.machine.isFinished)
    }

    @Test("that ends before it has begun is finished at once")
    func empty() throws {
        var rig = try SystemRig(chain)
        _ = rig.begin()
        #expect(rig.send(.startFailed(run: 1, reason: "no such file"), to: "db") == [])
        #expect(rig.stop() == [])
        #expect(rig.machine.isFinished)
        #expect(rig.state("db") == .failed)
    }

    @Test("does not end who depends on a service that crashes, but waits to start it again")
    func crashBelow() throws {
        var rig = try running()
        #expect(rig.exited("db") == [])
        #expect(rig.state("order") == .healthy)
        #expect(rig.exited("order") == [])
        let (_, steps) = rig.advanceToWake()
        #expect(steps.contains("db spawn 2") || steps.isEmpty)
        _ = rig.advance(by: .seconds(1))
        #expect(rig.state("order") == .waiting)
        _ = rig.started("db")
        #expect(rig.probed("db") == ["order spawn 2"])
    }
}
