import HTTPTypes
import MartletGateway
import MartletHTTP
import MartletTransport
import Testing

@Suite("Configuration in YAML")
struct ReadingTests {
    private func description(_ yaml: String) -> String? {
        do {
            _ = try GatewayConfiguration(yaml: yaml, file: "gateway.yaml")
            return nil
        } catch {
            return error.description
        }
    }

    @Test("every key is read")
    func everything() throws {
        let yaml = """
            listen: 0.0.0.0:${PORT}
            trustedProxies: [10.0.0.0/8, "::1", unix]
            tls: {certificate: certs/a.pem, key: /etc/a.key, clientAuthorities: ca.pem}
            via: edge
            maximumBodySize: 4096
            encodedSlashes: keep
            timeouts: {connect: 1s, response: 2s, idle: 500ms}
            routes:
              - upstreams: "${USER_URL:-http://127.0.0.1:1}"
              - path: /api
                host: "*.Example.com"
                methods: [GET, POST]
                upstreams: [http://a:1, "https://b"]
                stripPrefix: true
                hostHeader: upstream
                timeout: 3s
                idleTimeout: 4s
                tls: {authorities: "${CA}", serverName: b.internal}
              - {path: /old, rewrite: /new, upstreams: [a:1]}
            """
        let environment = ["PORT": "9000", "CA": "../ca.pem"]
        let configuration = try GatewayConfiguration(
            yaml: yaml,
            file: "conf/gateway.yaml",
            environment: environment
        )
        #expect(configuration.listen == "0.0.0.0:9000")
        #expect(configuration.trustedProxies.ranges.count == 2)
        #expect(configuration.trustedProxies.trustsUnixPeers)
        #expect(configuration.tls?.certificate == "conf/certs/a.pem")
        #expect(configuration.tls?.key == "/etc/a.key")
        #expect(configuration.tls?.clientAuthorities == "conf/ca.pem")
        #expect(configuration.via == "edge")
        #expect(configuration.maximumBodySize == 4096)
        #expect(configuration.encodedSlashes == .keep)
        #expect(
            configuration.timeouts
                == GatewayTimeouts(
                    connect: .seconds(1),
                    response: .seconds(2),
                    idle: .milliseconds(500)
                )
        )
        try #require(configuration.routes.count == 3)
        #expect(configuration.routes[0].upstreams.map(\.authority) == ["127.0.0.1:1"])
        let route = configuration.routes[1]
        #expect(route.description == "GET,POST *.example.com/api")
        #expect(route.upstreams.map(\.description) == ["http://a:1", "https://b"])
        #expect(route.rewrite == "/")
        #expect(route.hostHeader == .upstream)
        #expect(route.timeout == .seconds(3))
        #expect(route.idleTimeout == .seconds(4))
        #expect(route.line == 10)
        #expect(route.tls?.authorities == "conf/../ca.pem")
        #expect(route.tls?.serverName == "b.internal")
        #expect(route.tls?.verify == true)
        #expect(configuration.routes[2].rewrite == "/new")
    }

    @Test("what is left out has its documented default")
    func defaults() throws {
        let configuration = try GatewayConfiguration(yaml: "routes: [{upstreams: a:1}]")
        #expect(configuration.listen == nil)
        #expect(GatewayServer.address(configuration) == .tcp("127.0.0.1", port: 8080))
        #expect(configuration.trustedProxies == .none)
        #expect(configuration.via == nil)
        #expect(configuration.maximumBodySize == 1024 * 1024 * 1024)
        #expect(configuration.encodedSlashes == .refuse)
        #expect(
            configuration.timeouts
                == GatewayTimeouts(
                    connect: .seconds(5),
                    response: .seconds(15),
                    idle: .seconds(300)
                )
        )
        #expect(configuration.tls == nil)
        #expect(configuration.routes.first?.tls == nil)
        #expect(configuration.routes.first?.path == "/")
        #expect(configuration.routes.first?.hostHeader == .preserve)
    }

    @Test("an unknown key is named with its line and what may have been meant")
    func unknownKey() {
        let yaml = """
            routes:
              - path: /
                upstream: [http://a:1]
                upstreams: [http://a:1]
            """
        #expect(
            description(yaml)
                == "gateway.yaml:3: routes[0].upstream: there is no such key."
                + " Did you mean “upstreams”?"
        )
    }

    @Test("everything that is wrong is told at once, in the order of the lines")
    func everythingWrong() {
        let yaml = """
            listen: nowhere
            timeouts: {connect: soon}
            routes:
              - {path: api, upstreams: [http://a:1]}
              - path: /b
                methods: [get]
                host: a:80
              - {upstreams: ["${MISSING}"], stripPrefix: yes, rewrite: /x, hostHeader: client}
            """
        let lines = description(yaml)?.split(separator: "\n").map(String.init) ?? []
        #expect(lines.count == 9)
        let numbers = lines.map { String($0.split(separator: ":")[1]) }
        #expect(numbers == ["1", "2", "4", "5", "6", "7", "8", "8", "8"])
        #expect(lines.contains { $0.contains("hostHeader") })
        #expect(lines.contains { $0.contains("MISSING is not set") })
    }

    @Test(
        "what is no configuration is refused",
        arguments: [
            "", "routes: []", "routes: {}", "[]", "a: [", "routes: [a]", "routes: [{}]",
            "routes: [{upstreams: []}]", "routes: [{upstreams: a/b}]",
            "routes: [{upstreams: a:1, path: /a?b}]", "routes: [{upstreams: a:1, path: /a/*}]",
            "routes: [{upstreams: a:1, path: /a/../b}]", "routes: [{upstreams: a:1, path: 'a b'}]",
            "routes: [{upstreams: a:1, upstreams: b:1}]", "via: 'a b'\nroutes: [{upstreams: a:1}]",
            "trustedProxies: [me]\nroutes: [{upstreams: a:1}]",
            "maximumBodySize: big\nroutes: [{upstreams: a:1}]",
            "routes: [{upstreams: a:1, timeout: 0s}]",
            "routes: [{upstreams: a:1, idleTimeout: soon}]",
            "routes: [{upstreams: a:1, path: /a//b}]", "routes: [{upstreams: a:1, path: /a%2fb}]",
            "routes: [{upstreams: a:1, path: '/a;b'}]", "routes: [{upstreams: a:1, path: /a%b}]",
            "routes: [{upstreams: a:1, rewrite: /v1//}]",
            "routes: [{upstreams: a:1, path: /%61}, {path: /a, upstreams: b:1}]",
            "encodedSlashes: allow\nroutes: [{upstreams: a:1}]",
            "routes: [{upstreams: a:1}, {path: /, upstreams: b:1}]",
        ]
    )
    func bad(yaml: String) {
        #expect(description(yaml)?.hasPrefix("gateway.yaml:") == true)
    }

    @Test("there is a limit on routes and on the upstreams of one")
    func limits() {
        let routes = (0...GatewayConfiguration.maximumRoutes).map { number in
            "- {path: /\(number), upstreams: a:1}"
        }
        #expect(description("routes:\n" + routes.joined(separator: "\n"))?.contains("1000") == true)
        let upstreams = (0...GatewayRoute.maximumUpstreams).map { "a:\($0 + 1)" }
        let yaml = "routes: [{upstreams: [\(upstreams.joined(separator: ", "))]}]"
        #expect(description(yaml)?.contains("100 are allowed") == true)
    }
}
