import MartletSupervisor
import Testing

@Suite("A launch plan")
struct LaunchPlanTests {
    private let definition = """
        services:
          user-db:
            command: run ${PORT} ${services.gateway.port}
            environment: {PEER: "${services.gateway.addr}", HOME: /elsewhere, PORT: 1}
          gateway: {command: gate, port: 8080}
        """

    @Test("gives every service a port of its own and its peers' addresses")
    func environment() throws {
        let plan = try LaunchPlan(
            Definitions.read(definition),
            environment: Definitions.environment,
            isFree: { _ in true }
        )
        let user = try #require(plan.entries.first { $0.definition.name == "user-db" })
        let gateway = try #require(plan.entries.first { $0.definition.name == "gateway" })
        #expect(gateway.port == 8080)
        #expect(PortPicker.range.contains(user.port))
        #expect(user.specification.command == ["run", String(user.port), "8080"])
        let variables = user.specification.environment
        #expect(variables["PORT"] == String(user.port))
        #expect(variables["PEER"] == "127.0.0.1:8080")
        #expect(variables["HOME"] == "/elsewhere")
        #expect(variables["GATEWAY_URL"] == "http://127.0.0.1:8080")
        #expect(variables["USER_DB_ADDR"] == "127.0.0.1:\(user.port)")
        #expect(gateway.specification.environment["HOME"] == "/data/test")
        #expect(gateway.specification.environment["USER_DB_URL"]?.hasPrefix("http://") == true)
    }

    @Test("lets a file name the programs that were built beside martlet")
    func path() throws {
        let yaml = "services: {a: {command: a}}"
        func path(_ environment: [String: String], programs: String?) throws -> String? {
            let plan = try LaunchPlan(
                Definitions.read(yaml),
                environment: environment,
                programs: programs
            )
            return plan.entries.first?.specification.environment["PATH"]
        }
        #expect(try path(["PATH": "/bin"], programs: "/opt/m") == "/opt/m:/bin")
        #expect(try path(["PATH": "/bin"], programs: nil) == "/bin")
        #expect(try path([:], programs: "/opt/m")?.hasPrefix("/opt/m:/") == true)
    }

    @Test("refuses a fixed port that somebody else has")
    func taken() {
        let yaml = """
            services:
              a: {command: a, port: 7070}
              b: {command: b, port: 8080}
              c: {command: c, port: 8080}
              d: {command: d, port: 9090}
            """
        let error = #expect(throws: DefinitionError.self) {
            try LaunchPlan(
                Definitions.read(yaml),
                environment: [:],
                reserved: [7070],
                isFree: { $0 != 9090 }
            )
        }
        #expect(
            error?.description == """
                martlet.yaml:2: services.a.port: 7070 is taken by the console.
                martlet.yaml:4: services.c.port: 8080 is taken by services.b.
                martlet.yaml:5: services.d.port: another program listens on 9090 already.
                """
        )
    }

    @Test("never chooses a port twice, nor one that is fixed")
    func picker() {
        var picker = PortPicker(taken: [29_999, 20_001], start: 29_998)
        let ports = (0..<3).compactMap { _ in picker.pick() }
        #expect(Set(ports).count == 3)
        #expect(Set(ports).isDisjoint(with: [29_999, 20_001]))
        #expect(ports.allSatisfy { PortPicker.range.contains($0) })
    }
}
