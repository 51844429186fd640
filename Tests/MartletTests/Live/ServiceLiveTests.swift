import Martlet
import Testing

@Suite("A service on a socket")
struct ServiceLiveTests {
    private struct Done: Error {}
    private struct Broken: Error {}

    private func service(
        _ arguments: [String] = [],
        _ adjust: (inout Service) -> Void = { _ in }
    ) -> Service {
        let all = ["--http-port=0", "--log-level=critical"] + arguments
        var service = Service(
            "test",
            configuration: ServiceConfiguration(arguments: all, environment: [:])
        )
        service.get("/hello") { _, _ in "Hello, World!" }
        adjust(&service)
        return service
    }

    private func get(_ path: String, at addresses: [BindAddress]) async throws -> Response {
        let address = try #require(addresses.first)
        return try await HTTPClient().send(Request(.get, "http://\(address)\(path)"))
    }

    @Test("a request is answered, with an identifier by the standard layers")
    func answer() async throws {
        await #expect(throws: Done.self) {
            try await service().serve { addresses in
                let response = try await get("/hello", at: addresses)
                #expect(response.status == .ok)
                #expect(response.headers[.contentType] == "text/plain; charset=utf-8")
                #expect(response.headers[.xRequestID] != nil)
                #expect(try await get("/health/ready", at: addresses).status == .ok)
                throw Done()
            }
        }
    }

    @Test("what is left of the standard layers without them is the router")
    func bare() async throws {
        let service = service { $0.usesStandardLayers = false }
        await #expect(throws: Done.self) {
            try await service.serve { addresses in
                let response = try await get("/hello", at: addresses)
                #expect(response.headers[.xRequestID] == nil)
                throw Done()
            }
        }
    }

    @Test("a limit that is set holds")
    func limit() async throws {
        await #expect(throws: Done.self) {
            try await service(["--limits-request-line-size=100"]).serve { addresses in
                let long = "/hello?" + String(repeating: "a", count: 100)
                #expect(try await get(long, at: addresses).status == .uriTooLong)
                throw Done()
            }
        }
    }

    @Test("the error of something that runs beside the server ends the service")
    func failingCompanion() async throws {
        let service = service { $0.add("work") { throw Broken() } }
        await #expect(throws: Broken.self) { try await service.serve() }
    }

    @Test("something beside the server that has nothing left to do ends nothing")
    func finishedCompanion() async throws {
        let service = service { $0.add("work") {} }
        await #expect(throws: Done.self) {
            try await service.serve { addresses in
                #expect(try await get("/hello", at: addresses).status == .ok)
                throw Done()
            }
        }
    }

    @Test("an address that is taken is named")
    func taken() async throws {
        let error = await #expect(throws: ListenError.self) {
            try await service().serve { addresses in
                let port = try #require(addresses.first?.port)
                try await service(["--http-port=\(port)"]).serve()
            }
        }
        #expect(error?.address.port != 0)
    }
}
