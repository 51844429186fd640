import HTTPTypes
import MartletCore
import MartletGateway
import MartletHTTP
import MartletTransport
import NIOCore
import Testing

@Suite("Timeouts", .timeLimit(.minutes(1)))
struct TimeoutTests {
    private static let stalling =
        "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhello"

    private func gateway(
        _ configuration: GatewayConfiguration
    ) throws -> Gateway<HTTPClient> {
        let client = HTTPClient(
            Gateway<HTTPClient>.clientConfiguration(timeouts: configuration.timeouts)
        )
        return Gateway(LiveRoutes(try RoutingTable(configuration)), transport: client)
    }

    /// The error with which the content of a response breaks off.
    private func breakOff(
        _ configuration: GatewayConfiguration
    ) async throws -> HTTPClientError.Code? {
        let response = try await gateway(configuration)
            .handle(Request(.get, "/"), context: CallContext())
        #expect(response.status == .ok)
        let error = await #expect(throws: HTTPClientError.self) {
            _ = try await response.body.collect(upTo: 1000)
        }
        return error?.code
    }

    @Test("a content that stalls breaks off after the route's idle timeout")
    func routeIdle() async throws {
        try await withRawUpstream(.answer(Self.stalling)) { upstream in
            // Only the route's own timeout comes before the time limit of this suite.
            let code = try await breakOff(
                .single(upstream) { $0.idleTimeout = .milliseconds(50) }
            )
            #expect(code == .deadlineExceeded)
        }
    }

    @Test("a content that stalls breaks off after timeouts.idle where the route has none")
    func commonIdle() async throws {
        try await withRawUpstream(.answer(Self.stalling)) { upstream in
            var configuration = GatewayConfiguration.single(upstream)
            configuration.timeouts.idle = .milliseconds(50)
            let code = try await breakOff(configuration)
            #expect(code == .deadlineExceeded)
        }
    }

    @Test("a route's timeout ends with the head; the content may take longer")
    func timeoutEndsWithHead() async throws {
        let slow = ClosureHandler<Request, Response> { _, _ in
            Response(
                body: Body { writer in
                    try await writer.write(ByteBuffer(string: "one"))
                    try await Task.sleep(for: .milliseconds(3500))
                    try await writer.write(ByteBuffer(string: "two"))
                }
            )
        }
        var server = HTTPServer.Configuration(addresses: [.tcp("127.0.0.1", port: 0)])
        server.limits.bodySize = 1000
        try await running(HTTPServer(server, handler: slow)) { port in
            let gateway = try gateway(
                .single("127.0.0.1:\(port)") { $0.timeout = .seconds(3) }
            )
            let response = try await gateway.handle(Request(.get, "/"), context: CallContext())
            let text = String(buffer: try await response.body.collect(upTo: 1000))
            #expect(text == "onetwo")
        }
    }
}
