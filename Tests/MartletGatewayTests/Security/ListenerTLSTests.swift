import HTTPTypes
import Logging
import MartletCore
import MartletGateway
import MartletHTTP
import MartletTransport
import NIOCore
import Testing

@Suite("TLS of the listener", .timeLimit(.minutes(1)))
struct ListenerTLSTests {
    private let quiet = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }

    private let yaml = """
        tls: {certificate: own.pem, key: own.key}
        routes: [{upstreams: 127.0.0.1:1}]
        """

    private func client(
        _ trust: TLSTrust,
        showing own: TLSCredential? = nil
    ) throws -> HTTPClient {
        var configuration = HTTPClient.Configuration()
        configuration.tls = try ClientTLS(trust: trust, credential: own)
        return HTTPClient(configuration)
    }

    private func serving(
        _ reloader: GatewayReloader,
        _ body: @escaping @Sendable (_ url: String) async throws -> Void
    ) async throws {
        let server = GatewayServer.make(
            reloader.routes,
            at: .tcp("127.0.0.1", port: 0),
            tls: reloader.tls,
            logger: quiet
        )
        try await running(server) { try await body("https://127.0.0.1:\($0)/-/stats") }
    }

    /// What the gateway says of its configuration over a connection of `client`.
    ///
    /// The requests are all made on one loop, so that the second takes the connection of the first.
    private func stats(_ client: HTTPClient, _ url: String) async throws -> String {
        try await withTaskExecutorPreference(EventLoops.shared.loops[0]) {
            let response = try await client.get(url)
            return String(buffer: try await response.body.collect(upTo: 1000))
                .contains("current") ? "current" : "refused"
        }
    }

    @Test("a certificate that changes serves new connections, and those that are open go on")
    func reload() async throws {
        let (old, new) = (try Authority(), try Authority())
        let folder = try Folder(["gateway.yaml": yaml])
        try folder.write("own", old.issue("localhost"))
        let reloader = try GatewayReloader(file: folder.path("gateway.yaml"), logger: quiet)
        try await serving(reloader) { url in
            let open = try client(old.trust)
            #expect(try await stats(open, url) == "current")
            try folder.write("own", new.issue("localhost"))
            for _ in 0..<2 { reloader.poll() }
            let (late, late2) = (try client(new.trust), try client(old.trust))
            #expect(try await stats(late, url) == "current")
            await #expect(throws: HTTPClientError.self) { try await late2.get(url) }
            #expect(try await stats(open, url) == "current")
            for client in [open, late, late2] { client.shutdown() }
        }
    }

    @Test("a key that is not the certificate's changes nothing until it is right")
    func mismatch() async throws {
        let authority = try Authority()
        let folder = try Folder(["gateway.yaml": yaml])
        try folder.write("own", authority.issue("localhost"))
        let reloader = try GatewayReloader(file: folder.path("gateway.yaml"), logger: quiet)
        try await serving(reloader) { url in
            let (certificate, key) = try authority.issue("localhost")
            try folder.write("own.pem", certificate)
            #expect(!reloader.reload())
            let client = try client(authority.trust)
            defer { client.shutdown() }
            #expect(try await stats(client, url) == "refused")
            try folder.write("own.key", key)
            for _ in 0..<2 { reloader.poll() }
            #expect(try await stats(client, url) == "current")
        }
    }

    @Test("with clientAuthorities, only clients with a certificate of theirs are served")
    func clientCertificates() async throws {
        let (authority, clients, others) = (try Authority(), try Authority(), try Authority())
        let tls = "{certificate: own.pem, key: own.key, clientAuthorities: clients.pem}"
        let folder = try Folder([
            "gateway.yaml": "tls: \(tls)\nroutes: [{upstreams: 127.0.0.1:1}]",
            "clients.pem": clients.pem,
        ])
        try folder.write("own", authority.issue("localhost"))
        let reloader = try GatewayReloader(file: folder.path("gateway.yaml"), logger: quiet)
        @Sendable func answer(_ issuer: Authority?, _ url: String) async throws -> String {
            let own = try issuer?.issue("client")
            let client = try client(
                authority.trust,
                showing: own.map {
                    try TLSCredential(certificateChain: $0.certificate, privateKey: $0.key)
                }
            )
            defer { client.shutdown() }
            do {
                return try await stats(client, url)
            } catch is HTTPClientError {
                return "nothing"
            }
        }
        try await serving(reloader) { url in
            #expect(try await answer(nil, url) == "nothing")
            #expect(try await answer(others, url) == "nothing")
            #expect(try await answer(clients, url) == "current")
            try folder.write("clients.pem", others.pem)
            #expect(reloader.reload())
            #expect(try await answer(clients, url) == "nothing")
            #expect(try await answer(others, url) == "current")
        }
    }

    @Test("what is wrong with a file of TLS is told with the file's name")
    func wrongFiles() throws {
        let authority = try Authority()
        let (own, other) = (try authority.issue("a"), try authority.issue("b"))
        func refusal(_ files: [String: String]) throws -> String {
            let folder = try Folder(files.merging(["gateway.yaml": yaml]) { $1 })
            do {
                _ = try GatewayReloader(file: folder.path("gateway.yaml"))
                return "none"
            } catch {
                return error.description.replacing(folder.path(""), with: "")
            }
        }
        let certificate = own.certificate
        #expect(try refusal(["own.pem": certificate, "own.key": own.key]) == "none")
        #expect(
            try refusal(["own.pem": certificate])
                == "gateway.yaml:1: tls.key: own.key: there is no such file."
        )
        #expect(
            try refusal(["own.pem": own.key, "own.key": own.key])
                == "gateway.yaml:1: tls.certificate: own.pem: has no certificate in PEM."
        )
        #expect(
            try refusal(["own.pem": certificate, "own.key": certificate])
                == "gateway.yaml:1: tls.key: own.key: has no private key in PEM without a"
                + " passphrase."
        )
        #expect(
            try refusal(["own.pem": certificate, "own.key": other.key])
                == "gateway.yaml:1: tls: the key in own.key is not that of the first certificate in"
                + " own.pem."
        )
    }
}
