import MartletSupervisor
import TestSupport
import Testing

@Suite("A martlet.yaml")
struct DefinitionReaderTests {
    @Test("with everything in it is read whole")
    func everything() throws {
        let definition = try Definitions.read(
            """
            console: shop
            services:
              gateway:
                command: martlet gateway 'my routes.yaml'
                port: 8080
                dependsOn: [user]
                health: {http: /health/ready, interval: 2s, timeout: 500ms, retries: 5}
              user:
                command: ["./user", "--data", "${HOME}/user data"]
                workingDirectory: data
                environment:
                  LEVEL: 3
                  PEER: ${services.gateway.url}
                health: {command: "curl -f ${services.user.url}", startupTimeout: 1m}
                restart: on-failure
                stopTimeout: 1.5
            """
        )
        #expect(definition.consoleExtra == .shop)
        #expect(definition.services.map(\.name) == ["user", "gateway"])
        let user = definition.services[0]
        #expect(
            user.command.map { $0.resolved(ownPort: 1, ports: [:]) } == [
                "./user", "--data", "/data/test/user data",
            ]
        )
        #expect(user.workingDirectory == "/srv/app/data")
        #expect(user.environment.map(\.name) == ["LEVEL", "PEER"])
        #expect(user.restart == .onFailure)
        #expect(user.stopTimeout == .milliseconds(1500))
        #expect(user.healthCheck?.startupTimeout == .seconds(60))
        let gateway = definition.services[1]
        #expect(gateway.command.count == 3)
        #expect(gateway.port == 8080)
        #expect(gateway.dependencies == ["user"])
        #expect(gateway.workingDirectory == "/srv/app")
        let check = try #require(gateway.healthCheck)
        #expect(check.interval == .seconds(2))
        #expect(check.timeout == .milliseconds(500))
        #expect(check.retries == 5)
        guard case .http("/health/ready") = check.probe else {
            Issue.record("The probe is \(check.probe).")
            return
        }
    }

    @Test("with only a command has the documented defaults")
    func defaults() throws {
        let definition = try Definitions.read(
            "services: {web: {command: run, health: {tcp: true}}}"
        )
        let web = try #require(definition.services.first)
        #expect(web.restart == .always)
        #expect(web.stopTimeout == .seconds(10))
        #expect(web.port == nil)
        #expect(definition.consoleExtra == nil)
        let check = try #require(web.healthCheck)
        #expect(check.interval == .seconds(10))
        #expect(check.timeout == .seconds(1))
        #expect(check.retries == 3)
        #expect(check.startupTimeout == .seconds(60))
        #expect(HealthCheck.startupInterval == .milliseconds(250))
    }

    @Test(
        "that is wrong is refused with file, line, key and a suggestion",
        arguments: [
            (
                "services:\n  web:\n    comand: run",
                "martlet.yaml:3: services.web.comand: there is no such key."
                    + " Did you mean “command”?"
            ),
            ("servces: {}", "martlet.yaml:1: servces: there is no such key."),
            (
                "services:\n  web:\n    port: 80",
                "martlet.yaml:3: services.web.command: is missing."
            ),
            ("services:\n  web:\n    command: ''", "services.web.command: names no program."),
            ("services:\n  web:\n    command: a | b", "“|” needs a shell"),
            ("services:\n  Web:\n    command: a", "a name is 1 to 40 lower-case letters"),
            ("services: {a: {command: a, port: 70000}}", "from 1 to 65535, not “70000”."),
            ("services: {a: {command: a, stopTimeout: 5x}}", "must be a duration above zero"),
            ("services: {a: {command: a, stopTimeout: 0s}}", "must be a duration above zero"),
            ("services: {a: {command: a, stopTimeout: 25h}}", "at most 24h"),
            ("services: {a: {command: a, restart: alway}}", "Did you mean “always”?"),
            ("services: {a: {command: a, health: {}}}", "exactly one of http, tcp and command"),
            ("services: {a: {command: a, health: {http: x}}}", "begins with “/”"),
            ("services: {a: {command: a, health: {tcp: 80}}}", "must be true"),
            ("services: {a: {command: a, health: {tcp: true, retires: 3}}}", "“retries”"),
            ("services: {web: {command: a, dependsOn: [wbe]}}", "Did you mean “web”?"),
            ("services: {a: {command: a, environment: {X: [1]}}}", "must be a text"),
            ("services: {a: {command: '${nope}'}}", "variable “nope” is not set"),
            ("services: {}", "at least one service is needed"),
            ("", "describes no services"),
            ("[1, 2]", "must be a mapping"),
            ("a: [", "is not YAML"),
            ("services: {a: {command: a}, a: {command: b}}", "a key stands twice"),
            ("console: shop\nservices: {a: {command: a}}", "needs a service named “gateway”"),
            ("console: shpo\nservices: {a: {command: a}}", "Did you mean “shop”?"),
        ]
    )
    func refused(yaml: String, problem: String) {
        let problems = Definitions.problems(yaml)
        #expect(problems.contains { $0.contains(problem) }, "\(problems)")
    }

    @Test("with a circle of dependencies names the circle and its line")
    func cycle() {
        let problems = Definitions.problems(
            """
            services:
              a: {command: a, dependsOn: [b]}
              b: {command: b, dependsOn: [c]}
              c: {command: c, dependsOn: [b]}
            """
        )
        #expect(
            problems == [
                "martlet.yaml:3: services.b.dependsOn: services cannot wait for each other in a"
                    + " circle: b → c → b."
            ]
        )
    }

    @Test("with several mistakes names them all, in the order of the lines")
    func several() {
        let problems = Definitions.problems(
            "services:\n  a:\n    command: x\n    prot: 1\n  b:\n    command: y\n    port: no"
        )
        #expect(problems.count == 2)
        #expect(problems.first?.hasPrefix("martlet.yaml:4: services.a.prot") == true)
        #expect(problems.last?.hasPrefix("martlet.yaml:7: services.b.port") == true)
    }

    @Test("has at most as many services as is documented")
    func limit() {
        let limit = SystemDefinition.maximumServices
        func yaml(_ count: Int) -> String {
            "services:\n" + (0..<count).map { "  s\($0): {command: a}\n" }.joined()
        }
        #expect(Definitions.problems(yaml(limit)) == [])
        #expect(Definitions.problems(yaml(limit + 1)).count == 1)
    }

    @Test("that chance has damaged is read or refused, never worse")
    func fuzz() {
        let sound = """
            console: shop
            services:
              gateway: {command: "a 'b' ${PORT}", health: {http: /, retries: 2}}
              user: {command: [x, y], dependsOn: [gateway], environment: {A: b}}
            """
        var random = SplitMix(seed: 20_260_602)
        for _ in 0..<2_000 {
            var bytes = Array(sound.utf8)
            for _ in 0..<Int.random(in: 1...4, using: &random) {
                let place = Int.random(in: bytes.indices, using: &random)
                let fresh = UInt8.random(in: 9...126, using: &random)
                if Bool.random(using: &random) {
                    bytes[place] = fresh
                } else {
                    bytes.remove(at: place)
                }
            }
            _ = Definitions.problems(String(decoding: bytes, as: UTF8.self))
        }
    }
}
