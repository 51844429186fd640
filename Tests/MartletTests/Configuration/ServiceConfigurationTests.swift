import Foundation
import Logging
import Martlet
import Testing

@Suite("Service configuration")
struct ServiceConfigurationTests {
    @Test("a flag is stronger than the environment, the environment than the file")
    func precedence() throws {
        try withFile("http:\n  port: 3\n  host: from-file\nlog: {level: trace}\n") {
            (path: String) throws in
            let all = ServiceConfiguration(
                arguments: ["--http-port", "1", "--config", path],
                environment: ["MARTLET_HTTP_PORT": "2", "MARTLET_HTTP_HOST": "from-variable"]
            )
            #expect(try all.value("http.port", default: 4) == 1)
            #expect(try all.value("http.host", default: "none") == "from-variable")
            #expect(try all.value("log.level", default: Logger.Level.info) == .trace)
            #expect(try all.value("http.threads", default: 7) == 7)
        }
    }

    @Test("a file can be JSON, and the environment can name it")
    func json() throws {
        try withFile(#"{"http": {"keepAlive": "5s", "names": ["a", "b"]}}"#) { path in
            let configuration = ServiceConfiguration(
                arguments: [],
                environment: ["MARTLET_CONFIG": path]
            )
            #expect(try configuration.require("http.keepAlive", as: Duration.self) == .seconds(5))
            #expect(try configuration.require("http.names", as: [String].self) == ["a", "b"])
            try configuration.refuseUnknownKeys()
        }
    }

    @Test(
        "one key has several spellings on the command line",
        arguments: [
            ["--order-retry-limit", "9"], ["--order-retry-limit=9"], ["--order.retryLimit", "9"],
            ["--order-retry-limit", "1", "--order.retry-limit=9"],
        ]
    )
    func spellings(arguments: [String]) throws {
        let configuration = ServiceConfiguration(arguments: arguments, environment: [:])
        #expect(try configuration.require("order.retryLimit", as: Int.self) == 9)
        try configuration.refuseUnknownKeys()
    }

    @Test("a flag without a value is true")
    func bareFlag() throws {
        let configuration = ServiceConfiguration(
            arguments: ["--shop-open", "--shop-late"],
            environment: [:]
        )
        #expect(try configuration.value("shop.open", default: false))
        #expect(try configuration.value("shop.late", default: false))
    }

    @Test("a service's own key is read from the variable without the prefix too")
    func ownVariable() throws {
        let plain = ServiceConfiguration(arguments: [], environment: ["PAYMENT_URL": "http://a"])
        #expect(try plain.require("payment.url", as: String.self) == "http://a")
        let both = ServiceConfiguration(
            arguments: [],
            environment: ["PAYMENT_URL": "http://a", "MARTLET_PAYMENT_URL": "http://b"]
        )
        #expect(try both.require("payment.url", as: String.self) == "http://b")
    }

    @Test("an empty variable counts as absent")
    func emptyVariable() throws {
        let configuration = ServiceConfiguration(arguments: [], environment: ["SHOP_LIMIT": ""])
        #expect(try configuration.value("shop.limit", default: 3) == 3)
    }

    @Test("an unknown flag, variable and file key are all refused, each with a suggestion")
    func unknownKeys() throws {
        try withFile("http:\n  prot: 80\n") { path in
            let configuration = ServiceConfiguration(
                arguments: ["--htpt-port", "80", "--config", path],
                environment: ["MARTLET_HTTP_PORTT": "80", "UNRELATED_PORT": "1"]
            )
            _ = try configuration.value("http.port", default: 1)
            let error = try #require(throws: ConfigurationError.self) {
                try configuration.refuseUnknownKeys()
            }
            #expect(error.code == .unknownKey)
            #expect(error.message.contains("--htpt-port. Did you mean “--http-port”?"))
            #expect(error.message.contains("MARTLET_HTTP_PORTT. Did you mean “MARTLET_HTTP_PORT”?"))
            #expect(error.message.contains("'http.prot' in the file '\(path)'"))
            #expect(error.message.contains("Did you mean “http.port”?"))
            #expect(!error.message.contains("UNRELATED"))
        }
    }

    @Test("nothing is suggested for a key that is like no other")
    func noSuggestion() throws {
        let configuration = ServiceConfiguration(arguments: ["--zzzzzzzz=1"], environment: [:])
        _ = try configuration.value("http.port", default: 1)
        let error = try #require(throws: ConfigurationError.self) {
            try configuration.refuseUnknownKeys()
        }
        #expect(error.message == "Nothing reads the flag --zzzzzzzz.")
    }

    @Test("a bad value is named with its key, source and type")
    func badValue() throws {
        let configuration = ServiceConfiguration(
            arguments: ["--http-port=eighty"],
            environment: ["SHOP_WAIT": "5", "SHOP_SECRET": "hunter2"]
        )
        let flag = try #require(throws: ConfigurationError.self) {
            try configuration.value("http.port", default: 1)
        }
        #expect(
            flag.message
                == "'http.port' is 'eighty' by the flag --http-port, which is not a whole number"
        )
        let variable = try #require(throws: ConfigurationError.self) {
            try configuration.require("shop.wait", as: Duration.self)
        }
        #expect(variable.code == .badValue)
        #expect(
            variable.message.contains("'shop.wait' is '5' by the environment variable SHOP_WAIT")
        )
        let secret = try #require(throws: ConfigurationError.self) {
            try configuration.require("shop.secret", as: Int.self, secret: true)
        }
        #expect(!secret.message.contains("hunter2"))
    }

    @Test("a required key that is nowhere says how to set it")
    func missing() throws {
        let error = try #require(throws: ConfigurationError.self) {
            try ServiceConfiguration.defaults.require("payment.url", as: String.self)
        }
        #expect(error.code == .missingValue)
        #expect(error.message.contains("--payment-url"))
        #expect(error.message.contains("PAYMENT_URL"))
    }

    @Test("an argument that is no flag is refused")
    func strayArgument() throws {
        let configuration = ServiceConfiguration(arguments: ["serve"], environment: [:])
        let error = try #require(throws: ConfigurationError.self) {
            try configuration.value("http.port", default: 1)
        }
        #expect(error.message.contains("'serve'"))
    }

    @Test(
        "a file that is missing, broken or no mapping is named",
        arguments: [nil, "a: [1", "- 1\n- 2\n", "a: [[1]]", "a: 1\na: 2\n"]
    )
    func badFile(text: String?) throws {
        try withFile(text) { path in
            let configuration = ServiceConfiguration(
                arguments: ["--config", path],
                environment: [:]
            )
            let error = try #require(throws: ConfigurationError.self) {
                try configuration.value("a", default: 1)
            }
            #expect(error.message.contains(path))
        }
    }

    @Test("help lists the declared keys")
    func help() throws {
        let configuration = ServiceConfiguration(arguments: ["-h"], environment: [:])
        _ = try configuration.value("http.port", default: 8080)
        let text = try #require(try configuration.helpText(for: "shop"))
        #expect(text.contains("--http-port  a whole number; default 8080"))
        #expect(try ServiceConfiguration.defaults.helpText(for: "shop") == nil)
    }

    /// Runs `body` with the path of a file that holds `text`, or that does not exist.
    private func withFile(_ text: String?, _ body: (String) throws -> Void) throws {
        let file = FileManager.default.temporaryDirectory
            .appendingPathComponent("martlet-\(UUID().uuidString).yaml")
        defer { try? FileManager.default.removeItem(at: file) }
        if let text {
            try Data(text.utf8).write(to: file)
        }
        try body(file.path)
    }
}
