import HTTPTypes
import Logging
import MartletCore
import MartletGateway
import MartletHTTP
import MartletTransport
import NIOCore
import Testing

@Suite("TLS to upstreams", .timeLimit(.minutes(1)))
struct UpstreamTLSTests {
    private let quiet = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }

    /// Runs an upstream with a certificate of `authority` for `users.internal` alone.
    private func upstream(
        _ authority: Authority,
        _ body: @escaping @Sendable (_ port: Int) async throws -> Void
    ) async throws {
        let own = try authority.issue("users.internal", address: [])
        var configuration = HTTPServer.Configuration(addresses: [.tcp("127.0.0.1", port: 0)])
        configuration.tls = try ServerTLS(
            TLSCredential(certificateChain: own.certificate, privateKey: own.key)
        )
        let hello = ClosureHandler<Request, Response> { _, _ in Response("hello") }
        try await running(HTTPServer(configuration, handler: hello), body)
    }

    /// The status of a request through a gateway on the routes of `reloader`.
    private func status(_ reloader: GatewayReloader) async throws -> Int {
        let gateway = Gateway(reloader.routes, transport: HTTPClient())
        return try await gateway.answer(Request(.get, "/")).status.code
    }

    @Test(
        "an upstream must prove who it is, unless that is turned off",
        arguments: [
            ("{authorities: ca.pem}", 503), ("{serverName: users.internal}", 503),
            ("{authorities: ca.pem, serverName: users.internal}", 200),
            ("{authorities: ca.pem, serverName: orders.internal}", 503),
            ("{authorities: other.pem, serverName: users.internal}", 503), ("{verify: false}", 200),
        ]
    )
    func verification(tls: String, expected: Int) async throws {
        let authority = try Authority()
        try await upstream(authority) { port in
            let yaml = "routes: [{upstreams: 'https://127.0.0.1:\(port)', tls: \(tls)}]"
            let folder = try Folder([
                "gateway.yaml": yaml, "ca.pem": authority.pem, "other.pem": Authority().pem,
            ])
            let reloader = try GatewayReloader(file: folder.path("gateway.yaml"), logger: quiet)
            #expect(try await status(reloader) == expected)
        }
    }

    @Test("authorities that change count for the requests to come")
    func reload() async throws {
        let authority = try Authority()
        try await upstream(authority) { port in
            let tls = "{authorities: ca.pem, serverName: users.internal}"
            let address = "https://127.0.0.1:\(port)"
            let folder = try Folder([
                "gateway.yaml": "routes: [{upstreams: '\(address)', tls: \(tls)}]",
                "ca.pem": Authority().pem,
            ])
            let reloader = try GatewayReloader(file: folder.path("gateway.yaml"), logger: quiet)
            #expect(try await status(reloader) == 503)
            try folder.write("ca.pem", authority.pem)
            for _ in 0..<2 { reloader.poll() }
            #expect(try await status(reloader) == 200)
            try folder.write("ca.pem", "nonsense")
            #expect(!reloader.reload())
            #expect(try await status(reloader) == 200)
        }
    }

    @Test("a file of authorities that is missing is named")
    func missing() throws {
        let yaml = "routes:\n  - {upstreams: 'https://a',\n     tls: {authorities: ca.pem}}"
        let folder = try Folder(["gateway.yaml": yaml])
        do {
            _ = try GatewayReloader(file: folder.path("gateway.yaml"))
            Issue.record("the file was not missed")
        } catch {
            #expect(
                error.description.replacing(folder.path(""), with: "")
                    == "gateway.yaml:3: routes[0].tls.authorities: ca.pem: there is no such file."
            )
        }
    }
}
