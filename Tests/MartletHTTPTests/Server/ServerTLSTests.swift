import HTTPTypes
import MartletCore
import MartletHTTP
import MartletTransport
import NIOCore
import Synchronization
import TestAuthority
import Testing

@Suite("TLS, server and client", .timeLimit(.minutes(1)))
struct ServerTLSTests {
    private static let describe: @Sendable (Request, CallContext) async throws -> Response = {
        request,
        _ in
        let names = request.peer?.certificateNames.joined(separator: ",") ?? ""
        let port = request.peer?.port ?? 0
        return Response("\(request.scheme) \(request.peer?.isSecure == true) [\(names)] \(port)")
    }

    private func client(
        trust: TLSTrust,
        credential: TLSCredential? = nil
    ) throws -> HTTPClient {
        var configuration = HTTPClient.Configuration()
        configuration.tls = try ClientTLS(trust: trust, credential: credential)
        return HTTPClient(configuration, loops: EventLoops.shared)
    }

    private func text(_ client: HTTPClient, _ url: String) async throws -> String {
        String(buffer: try await client.get(url).body.collect(upTo: 1000))
    }

    /// The error of a request that TLS keeps from being sent.
    private func refusal(_ client: HTTPClient, _ url: String) async -> HTTPClientError? {
        defer { client.shutdown() }
        return await #expect(throws: HTTPClientError.self) { _ = try await client.get(url) }
    }

    @Test("a server is reached by name and by address")
    func exchange() async throws {
        let authority = try TestAuthority()
        let tls = try ServerTLS(authority.issue(["localhost"], address: [127, 0, 0, 1]))
        try await withServer(
            { $0.tls = tls },
            handler: Self.describe,
            { (_, port) async throws in
                let client = try client(trust: authority.trust)
                defer { client.shutdown() }
                for host in ["localhost", "127.0.0.1"] {
                    let text = try await text(client, "https://\(host):\(port)/")
                    #expect(text.hasPrefix("https true [] "))
                }
            }
        )
    }

    @Test("a large body goes both ways")
    func largeBody() async throws {
        let authority = try TestAuthority()
        let tls = try ServerTLS(authority.issue(["localhost"]))
        try await withServer(
            { $0.tls = tls },
            handler: { request, _ in
                Response(body: Body(try await request.body.collect(upTo: 10_000_000)))
            },
            { (_, port) async throws in
                let client = try client(trust: authority.trust)
                defer { client.shutdown() }
                let bytes = ByteBuffer(repeating: 0x61, count: 3_000_000)
                let response = try await client.post(
                    "https://localhost:\(port)/",
                    headers: [.connection: "close"],
                    body: Body(bytes)
                )
                #expect(try await response.body.collect(upTo: 10_000_000) == bytes)
            }
        )
    }

    @Test("a client refuses an authority that it does not trust, and another host's certificate")
    func refused() async throws {
        let authority = try TestAuthority()
        let tls = try ServerTLS(authority.issue(["localhost"]))
        try await withServer(
            { $0.tls = tls },
            handler: Self.describe,
            { (_, port) async throws in
                let stranger = try client(trust: TestAuthority("Another").trust)
                let untrusted = await refusal(stranger, "https://localhost:\(port)/")
                #expect(untrusted?.code == .connectFailed)
                #expect(untrusted?.isUnsent == true)
                // The certificate is not one for the address.
                let unnamed = await refusal(
                    try client(trust: authority.trust),
                    "https://127.0.0.1:\(port)/"
                )
                #expect(unnamed?.code == .connectFailed)
            }
        )
        let other = try ServerTLS(authority.issue(["other.example"], address: [127, 0, 0, 2]))
        try await withServer(
            { $0.tls = other },
            handler: Self.describe,
            { (_, port) async throws in
                for host in ["localhost", "127.0.0.1"] {
                    let client = try client(trust: authority.trust)
                    let error = await refusal(client, "https://\(host):\(port)/")
                    #expect(error?.code == .connectFailed)
                }
            }
        )
    }

    @Test("a server that wants client certificates knows who calls")
    func mutual() async throws {
        let authority = try TestAuthority()
        let tls = try ServerTLS(
            authority.issue(["localhost"]),
            clients: .required(authority.trust)
        )
        try await withServer(
            { $0.tls = tls },
            handler: Self.describe,
            { (_, port) async throws in
                let url = "https://localhost:\(port)/"
                let known = try client(
                    trust: authority.trust,
                    credential: authority.issue(["shop.test"], uri: "spiffe://test/shop")
                )
                defer { known.shutdown() }
                let text = try await text(known, url)
                #expect(text.hasPrefix("https true [shop.test,spiffe://test/shop,shop.test] "))
                _ = await refusal(try client(trust: authority.trust), url)
                let strange = try TestAuthority("Another").issue(["shop.test"])
                _ = await refusal(try client(trust: authority.trust, credential: strange), url)
            }
        )
    }

    @Test("a certificate is replaced without dropping a connection")
    func reload() async throws {
        let (old, new) = (try TestAuthority("Old"), try TestAuthority("New"))
        let tls = try ServerTLS(old.issue(["localhost"]))
        try await withServer(
            { $0.tls = tls },
            handler: Self.describe,
            { (_, port) async throws in
                let url = "https://localhost:\(port)/"
                let loops = EventLoops(count: 1)
                var configuration = HTTPClient.Configuration()
                configuration.tls = try ClientTLS(trust: old.trust)
                let first = HTTPClient(configuration, loops: loops)
                let before = try await text(first, url)
                try tls.reload(new.issue(["localhost"]))
                // The same words are the same port: the connection is the one from before.
                #expect(try await text(first, url) == before)
                _ = await refusal(try client(trust: old.trust), url)
                let second = try client(trust: new.trust)
                #expect(try await text(second, url).hasPrefix("https true"))
                first.shutdown()
                second.shutdown()
                try await loops.shutdown()
            }
        )
    }

    @Test("ALPN chooses HTTP/2 before HTTP/1.1, and nothing when the client offers neither")
    func negotiation() async throws {
        let authority = try TestAuthority()
        let tls = try ServerTLS(authority.issue(["localhost"]))
        try await withServer(
            { $0.tls = tls },
            handler: Self.describe,
            { (_, port) async throws in
                for (offered, chosen) in [
                    (["http/1.1", "h2"], "h2"), (["http/1.1"], "http/1.1"), (["other"], nil),
                ] {
                    let client = try ClientTLS(
                        trust: authority.trust,
                        applicationProtocols: offered
                    )
                    let negotiated = try await Negotiation.with(client, port: port)
                    #expect(negotiated == chosen)
                }
            }
        )
    }

    @Test("a key that is not the certificate's is refused, and the old pair stays")
    func mismatch() throws {
        let authority = try TestAuthority()
        let error = #expect(throws: TLSError.self) {
            _ = try TLSCredential(certificateChain: "nonsense", privateKey: "nonsense")
        }
        #expect(error?.code == .unreadableCertificate)
        let tls = try ServerTLS(authority.issue(["localhost"]))
        #expect(throws: TLSError.self) {
            try tls.reload(TLSCredential(certificateChainFile: "/none", privateKeyFile: "/none"))
        }
    }
}

/// What ALPN comes to for one client.
private final class Negotiation: ConnectionDriver {
    private let done: CheckedContinuation<String?, any Error>

    private init(_ done: CheckedContinuation<String?, any Error>) {
        self.done = done
    }

    static func with(_ tls: ClientTLS, port: Int) async throws -> String? {
        let loop = EventLoops.shared.any()
        return try await withCheckedThrowingContinuation { continuation in
            loop.run {
                Connector.connect(
                    to: .tcp(host: "localhost", port: port),
                    on: loop,
                    owner: loop,
                    tls: tls,
                    timeout: .seconds(5),
                    driver: Negotiation(continuation)
                )
            }
        }
    }

    private var result: Result<String?, any Error>?

    func attached(_ connection: Connection) {}
    func opened(_ connection: Connection) {
        result = .success(connection.security?.negotiatedProtocol)
        connection.close()
    }
    func received(_ bytes: ByteBuffer) {}
    func inputEnded() {}
    func writabilityChanged() {}
    func closed(_ error: (any Error)?) {
        done.resume(with: result ?? .failure(error ?? ChannelError.eof))
    }
    func drain() {}
}
