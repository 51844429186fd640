import HTTPTypes
import Logging
import Martlet
import MartletCore
import Testing

@Suite("Service")
struct ServiceTests {
    @Test("routes are registered by method")
    func routes() async throws {
        var service = Service.forTests()
        service.get("/a") { _, _ in "get" }
        service.post("/a") { _, _ in "post" }
        service.put("/a") { _, _ in "put" }
        service.patch("/a") { _, _ in "patch" }
        service.delete("/a") { _, _ in "delete" }
        service.on(nil, "/b") { request, _ in request.method.rawValue }
        let handler = try service.handler()
        for method in [HTTPRequest.Method.get, .post, .put, .patch, .delete] {
            let response = try await handler.handle(Request(method, "/a"), context: CallContext())
            #expect(response.text == method.rawValue.lowercased())
        }
        let any = try await handler.handle(Request(.trace, "/b"), context: CallContext())
        #expect(any.text == "TRACE")
    }

    @Test("middleware is around the routes, and groups have a prefix")
    func layers() async throws {
        struct Mark: Middleware {
            func intercept(
                _ request: Request,
                context: CallContext,
                next: some Handler<Request, Response>
            ) async throws -> Response {
                var response = try await next.handle(request, context: context)
                response.headers[.server] = "marked"
                return response
            }
        }
        var service = Service.forTests()
        service.group("/api") { api in
            api.get("/a") { _, _ in "a" }
        }
        service.use(Mark())
        let response = try await service.handler().get("/api/a")
        #expect(response.headers[.server] == "marked")
    }

    @Test("two routes for one request are refused before anything starts")
    func conflict() {
        var service = Service.forTests()
        service.get("/a/{x}") { _, _ in "x" }
        service.get("/a/{y}") { _, _ in "y" }
        #expect(throws: RouterError.self) { try service.handler() }
    }

    @Test("the log level is a setting")
    func logLevel() {
        let configuration = ServiceConfiguration(
            arguments: [],
            environment: ["LOG_LEVEL": "error"]
        )
        #expect(Service("test", configuration: configuration).logger.logLevel == .error)
    }

    @Test("an unknown flag keeps a service from starting")
    func unknownFlag() async throws {
        let configuration = ServiceConfiguration(arguments: ["--http-prot=1"], environment: [:])
        let error = await #expect(throws: ConfigurationError.self) {
            try await Service("test", configuration: configuration).serve()
        }
        #expect(error?.message.contains("--http-port") == true)
    }

    @Test(
        "a setting out of its range keeps a service from starting",
        arguments: [
            "--http-port=65536", "--http-port=-1", "--http-threads=1025", "--http-deadline=0s",
            "--watchdog-threshold=0s",
            "--log-requests=2", "--log-level=loud",
        ]
    )
    func badSetting(argument: String) async throws {
        let configuration = ServiceConfiguration(arguments: [argument], environment: [:])
        let error = await #expect(throws: ConfigurationError.self) {
            try await Service("test", configuration: configuration).serve()
        }
        let key = argument.dropFirst(2).prefix { $0 != "=" }.replacing("-", with: ".")
        #expect(error?.code == .badValue)
        #expect(error?.message.contains(key) == true)
    }

    @Test("PORT is the port, unless the prefixed variable says otherwise")
    func port() throws {
        let plain = ServiceConfiguration(arguments: [], environment: ["PORT": "81"])
        #expect(try ServiceSettings(plain).address.port == 81)
        let prefixed = ServiceConfiguration(
            arguments: [],
            environment: ["PORT": "81", "MARTLET_HTTP_PORT": "82"]
        )
        #expect(try ServiceSettings(prefixed).address.port == 82)
        let other = ServiceConfiguration(arguments: [], environment: ["HTTP_PORT": "83"])
        #expect(try ServiceSettings(other).address.port == 8080)
    }

    @Test("a Unix domain socket takes the place of the port")
    func socket() throws {
        let configuration = ServiceConfiguration(
            arguments: ["--http-socket=/tmp/x"],
            environment: [:]
        )
        #expect(try ServiceSettings(configuration).address == .unix("/tmp/x"))
    }
}
