import HTTPTypes
import MartletCore
import MartletGateway
import MartletHTTP
import Testing

@Suite("Where a request came from")
struct TrustTests {
    private let forged: Headers = [
        .xForwardedFor: "6.6.6.6", .xForwardedProto: "https", .xForwardedHost: "forged.example",
        .forwarded: "for=6.6.6.6",
    ]

    /// The fields that an upstream sees of a request from `peer`.
    private func fields(
        from peer: Peer?,
        headers: Headers = Headers(),
        trusting proxies: TrustedProxies = .none
    ) async throws -> Headers {
        var configuration = GatewayConfiguration.single("a:1")
        configuration.trustedProxies = proxies
        let upstreams = FakeUpstreams()
        var request = Request(.get, "http://example.com:8080/", headers: headers)
        request.peer = peer
        _ = try await Gateway.make(configuration, upstreams)
            .handle(request, context: CallContext())
        return try #require(upstreams.requests.first).headers
    }

    @Test("an upstream learns the client's address, scheme and host")
    func origin() async throws {
        let fields = try await fields(from: Peer(address: "192.0.2.1", port: 4711, isSecure: true))
        #expect(fields[.xForwardedFor] == "192.0.2.1")
        #expect(fields[.xForwardedProto] == "https")
        #expect(fields[.xForwardedHost] == "example.com:8080")
        #expect(
            fields[.forwarded] == #"for=192.0.2.1;host="example.com:8080";proto=https"#
        )
    }

    @Test("an IPv6 address is quoted in Forwarded (RFC 7239 §6)")
    func ipv6() async throws {
        let fields = try await fields(from: Peer(address: "2001:db8::1", port: 4711))
        #expect(fields[.xForwardedFor] == "2001:db8::1")
        #expect(
            fields[.forwarded] == #"for="[2001:db8::1]";host="example.com:8080";proto=http"#
        )
    }

    @Test("what a stranger says of it is replaced")
    func stranger() async throws {
        let fields = try await fields(from: Peer(address: "192.0.2.1", port: 1), headers: forged)
        #expect(fields.values(of: .xForwardedFor) == ["192.0.2.1"])
        #expect(fields.values(of: .xForwardedProto) == ["http"])
        #expect(fields.values(of: .xForwardedHost) == ["example.com:8080"])
        #expect(fields.values(of: .forwarded).count == 1)
        #expect(!(fields[.forwarded] ?? "").contains("6.6.6.6"))
    }

    @Test(
        "other names for where it came from count only from trusted proxies",
        arguments: ["X-Forwarded-Port", "X-Forwarded-Prefix", "x-forwarded-ssl", "X-Real-IP"]
    )
    func otherNames(name: String) async throws {
        let name = try #require(HTTPField.Name(name))
        let stranger = try await fields(
            from: Peer(address: "192.0.2.1", port: 1),
            headers: [name: "forged"]
        )
        #expect(!stranger.contains(name))
        let proxy = try await fields(
            from: Peer(address: "127.0.0.1", port: 1),
            headers: [name: "kept"],
            trusting: TrustedProxies([.loopback])
        )
        #expect(proxy[name] == "kept")
    }

    @Test("what a trusted proxy says of it is kept and continued")
    func proxy() async throws {
        let proxies = TrustedProxies([.loopback])
        let fields = try await fields(
            from: Peer(address: "127.0.0.1", port: 1),
            headers: forged,
            trusting: proxies
        )
        #expect(fields.values(of: .xForwardedFor) == ["6.6.6.6, 127.0.0.1"])
        #expect(fields.values(of: .xForwardedProto) == ["https"])
        #expect(fields.values(of: .xForwardedHost) == ["forged.example"])
        #expect(
            fields.values(of: .forwarded) == [
                #"for=6.6.6.6, for=127.0.0.1;host="example.com:8080";proto=http"#
            ]
        )
    }

    @Test(
        "a trusted proxy's Forwarded is continued only when it is well-formed",
        arguments: [
            ("for=6.6.6.6", true), ("for=6.6.6.6;proto=https, for=\"[::1]:80\"", true),
            ("for=\"a\\\"b, for=c\"", true), ("For=a ; by=_b,,for=c;", true), ("", false),
            (" ;,", false),
            ("for=\"6.6.6.6", false), ("for=\"a\\", false), ("for=6.6.6.6 proto=https", false),
            ("for", false), ("for=", false), ("=a", false), ("for=a:80", false),
            ("for=\"a\"b", false), ("for=a;;=b", false), ("for=[::1]", false),
        ]
    )
    func malformed(value: String, isKept: Bool) async throws {
        let fields = try await fields(
            from: Peer(address: "127.0.0.1", port: 1),
            headers: [.forwarded: value],
            trusting: TrustedProxies([.loopback])
        )
        let own = #"for=127.0.0.1;host="example.com:8080";proto=http"#
        #expect(fields.values(of: .forwarded) == [isKept ? "\(value), \(own)" : own])
    }

    @Test("a peer on a Unix domain socket has no address, and is trusted only when named")
    func unix() async throws {
        let peer = Peer(address: "unix", port: 0)
        let untrusted = try await fields(from: peer, headers: forged)
        #expect(untrusted[.xForwardedFor] == nil)
        #expect(untrusted[.forwarded]?.hasPrefix("for=unknown;") == true)
        let trusted = try await fields(
            from: peer,
            headers: forged,
            trusting: TrustedProxies([], trustsUnixPeers: true)
        )
        #expect(trusted[.xForwardedFor] == "6.6.6.6")
    }
}
