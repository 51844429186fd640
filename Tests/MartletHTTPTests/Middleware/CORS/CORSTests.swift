import HTTPTypes
import MartletCore
import MartletHTTP
import NIOCore
import Testing

@Suite struct CORSTests {
    private let app = "https://app.example.com"

    private func answer(
        _ layer: CORS,
        _ headers: Headers,
        method: HTTPRequest.Method = .get
    ) async throws -> Response {
        try await layer.answer(Request(method, "/", headers: headers)) { _, _ in
            Response("handled")
        }
    }

    private func preflight(
        _ layer: CORS,
        origin: String,
        headers: String? = nil
    ) async throws
        -> Response
    {
        var fields: Headers = [.origin: origin, .accessControlRequestMethod: "PUT"]
        fields[.accessControlRequestHeaders] = headers
        return try await answer(layer, fields, method: .options)
    }

    @Test("any origin is let in with a star and without Vary")
    func anyOrigin() async throws {
        let response = try await answer(CORS(), [.origin: app])
        #expect(response.headers[.accessControlAllowOrigin] == "*")
        #expect(response.headers[.accessControlAllowCredentials] == nil)
        #expect(response.headers[.accessControlExposeHeaders] == "X-Request-ID")
        #expect(response.headers[.vary] == nil)
        let same = try await answer(CORS(), [:])
        #expect(same.headers[.accessControlAllowOrigin] == nil)
    }

    @Test("a named origin is repeated, with credentials when they are allowed, and Vary")
    func exactOrigin() async throws {
        let layer = try CORS(.init(origins: .exact([app]), allowsCredentials: true))
        let response = try await answer(layer, [.origin: app])
        #expect(response.headers[.accessControlAllowOrigin] == app)
        #expect(response.headers[.accessControlAllowCredentials] == "true")
        #expect(response.headers[.vary] == "Origin")
    }

    @Test(
        "an origin that is not named gets no leave, but its request is handled",
        arguments: ["https://evil.example", "null", "https://app.example.com.evil.example", ""]
    )
    func otherOrigin(_ origin: String) async throws {
        let layer = try CORS(.init(origins: .exact([app])))
        let response = try await answer(layer, [.origin: origin])
        #expect(response.headers[.accessControlAllowOrigin] == nil)
        #expect(response.headers[.accessControlExposeHeaders] == nil)
        #expect(response.headers[.vary] == "Origin")
        #expect(response.status == .ok)
    }

    @Test("a response to a request without an origin varies by it all the same")
    func varyWithoutOrigin() async throws {
        let layer = try CORS(.init(origins: .exact([app])))
        #expect(try await answer(layer, [:]).headers[.vary] == "Origin")
    }

    @Test("origins can be chosen by a predicate")
    func predicate() async throws {
        let layer = try CORS(.init(origins: .matching { $0.hasSuffix(".example.com") }))
        let yes = try await answer(layer, [.origin: app])
        #expect(yes.headers[.accessControlAllowOrigin] == app)
        let no = try await answer(layer, [.origin: "https://example.org"])
        #expect(no.headers[.accessControlAllowOrigin] == nil)
    }

    @Test("a preflight is answered here with methods, headers and age")
    func preflightAnswer() async throws {
        let layer = try CORS(
            .init(
                origins: .exact([app]),
                methods: [.get, .put],
                headers: [.contentType, .authorization],
                maximumAge: .seconds(60)
            )
        )
        let response = try await preflight(layer, origin: app, headers: "x-other")
        #expect(response.status == .noContent)
        #expect(response.headers[.accessControlAllowOrigin] == app)
        #expect(response.headers[.accessControlAllowMethods] == "GET, PUT")
        #expect(response.headers[.accessControlAllowHeaders] == "Content-Type, Authorization")
        #expect(response.headers[.accessControlMaxAge] == "60")
        #expect(response.headers[.vary] == "Origin")
    }

    @Test("requested headers are repeated when all are allowed, unless they are junk")
    func repeatedHeaders() async throws {
        let response = try await preflight(CORS(), origin: app, headers: "x-a, authorization")
        #expect(response.headers[.accessControlAllowHeaders] == "x-a, authorization")
        #expect(response.headers[.vary] == "Access-Control-Request-Headers")
        for junk in ["x-a\"", String(repeating: "a", count: 1_025)] {
            let response = try await preflight(CORS(), origin: app, headers: junk)
            #expect(response.headers[.accessControlAllowHeaders] == nil)
        }
    }

    @Test("a preflight of another origin is refused with 403")
    func refusedPreflight() async throws {
        let layer = try CORS(.init(origins: .exact([app])))
        let error = await #expect(throws: HTTPError.self) {
            try await preflight(layer, origin: "https://evil.example")
        }
        #expect(error?.status == .forbidden)
        #expect(error?.headers[.vary] == "Origin")
    }

    @Test("OPTIONS that is no preflight is handled like any request")
    func plainOptions() async throws {
        let response = try await answer(CORS(), [.origin: app], method: .options)
        #expect(response.body.whole.map { String(buffer: $0) } == "handled")
    }

    @Test("an HTTP error can be read by an allowed origin too")
    func errors() async throws {
        let error = await #expect(throws: HTTPError.self) {
            try await CORS().answer(Request(.get, "/", headers: [.origin: app])) { _, _ in
                throw HTTPError(.notFound)
            }
        }
        #expect(error?.headers[.accessControlAllowOrigin] == "*")
    }

    @Test("every origin with credentials is refused as a configuration")
    func unsafeConfiguration() {
        let error = #expect(throws: CORSConfigurationError.self) {
            try CORS(.init(origins: .any, allowsCredentials: true))
        }
        #expect(error?.code == .anyOriginWithCredentials)
    }

    @Test(
        "an origin that no browser sends is refused as a configuration",
        arguments: [
            "app.example.com", "https://app.example.com/", "https://*", "HTTPS://A", "://a",
        ]
    )
    func malformedOrigin(_ origin: String) {
        let error = #expect(throws: CORSConfigurationError.self) {
            try CORS(.init(origins: .exact([origin])))
        }
        #expect(error?.code == .malformedOrigin)
    }

    @Test("Vary keeps what it names and names nothing twice")
    func vary() {
        var headers: Headers = [.vary: "accept-encoding, ORIGIN"]
        headers.addVary(.origin)
        #expect(headers[.vary] == "accept-encoding, ORIGIN")
        headers.addVary(.accept)
        #expect(headers[.vary] == "accept-encoding, ORIGIN, Accept")
        headers = [.vary: "*"]
        headers.addVary(.origin)
        #expect(headers[.vary] == "*")
    }
}
