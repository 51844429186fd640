import HTTPTypes
import MartletCore
import MartletGateway
import MartletHTTP
import TestSupport
import Testing

@Suite("Paths")
struct PathTests {
    /// Where a request ends and what the upstream sees: `fence /admin`, or the status.
    private func end(
        _ target: String,
        encodedSlashes: GatewayConfiguration.EncodedSlashes = .refuse
    ) async throws -> String {
        let routes = [("/admin", "fence"), ("/", "open"), ("/a%3Bb/caf%C3%A9/@me", "odd")].map {
            GatewayRoute(path: $0, upstreams: [UpstreamAddress($1)].compactMap { $0 })
        }
        var configuration = GatewayConfiguration(routes: routes)
        configuration.encodedSlashes = encodedSlashes
        let upstreams = FakeUpstreams()
        let response = try await Gateway.make(configuration, upstreams)
            .answer(Request(.get, target))
        guard let sent = upstreams.requests.first else { return "\(response.status.code)" }
        return "\(sent.authority) \(sent.target)"
    }

    @Test(
        "however a path is written, the route is that of the path which the upstream is sent",
        arguments: [
            ("/admin", "fence /admin"), ("/%61dmin", "fence /admin"),
            ("/%61%64%6D%69%6e/x", "fence /admin/x"), ("//admin", "fence /admin"),
            ("///admin//x", "fence /admin/x"), ("/x/../admin", "fence /admin"),
            ("/x/%2e%2E/admin?a=/../b", "fence /admin?a=/../b"), ("/./admin/.", "fence /admin/"),
            ("/admin/..", "open /"), ("/admin/../x", "open /x"), ("/admin//../x", "open /x"),
            ("/admin;v=1", "fence /admin;v=1"), ("/admin;v=1/x", "fence /admin;v=1/x"),
            ("/x;/../admin", "fence /admin"), ("/admin%3Bx", "open /admin%3Bx"),
            ("/%2561dmin", "open /%2561dmin"), ("/Admin", "open /Admin"),
            ("/a%3bb/caf%c3%a9/%40me", "odd /a%3Bb/caf%C3%A9/%40me"),
            ("/a;b/caf%C3%A9/@me", "open /a;b/caf%C3%A9/@me"), ("//", "open /"),
            ("/admin?//..", "fence /admin?//.."), ("/%61dmin?", "fence /admin?"),
        ]
    )
    func normalization(target: String, end expected: String) async throws {
        #expect(try await end(target) == expected)
    }

    @Test(
        "what servers read in different ways is refused",
        arguments: [
            "/admin%2fx", "/x%2F..%2Fadmin", "/x%5cadmin", "/x\\admin", "/admin%00", "/a%0d%0a",
            "/a%7F", "/a%", "/a%6", "/a%zz", "/a%6?1", "/x/..;/admin", "/%2e;/admin", "/;/admin",
            "/a//;x/admin", "/..", "/a/../../admin", "/%2e%2e", "admin",
        ]
    )
    func refused(target: String) async throws {
        #expect(try await end(target) == "400")
    }

    @Test("encoded slashes that are kept separate nothing")
    func keptSlashes() async throws {
        #expect(try await end("/admin%2fx", encodedSlashes: .keep) == "open /admin%2Fx")
        #expect(try await end("/%61dmin/x%5Cy", encodedSlashes: .keep) == "fence /admin/x%5Cy")
        #expect(try await end("/x\\admin", encodedSlashes: .keep) == "400")
    }

    @Test(
        "a path that is normal is sent on without a copy",
        arguments: [
            "/.well-known/a-name-that-is-long-enough", "/caf%C3%A9/%20/%2B/...;x=1/..b/",
            "/users/1234567890/orders?next=//x/../%zz%2f",
        ]
    )
    func noCopy(target: String) throws {
        let normal = try PathNormalization(keepsEncodedSlashes: false).normalized(target)
        #expect(normal == target)
        func storage(_ text: String) -> UnsafePointer<UInt8>? {
            text.utf8.withContiguousStorageIfAvailable { $0.baseAddress } ?? nil
        }
        #expect(storage(normal) == storage(target))
    }

    @Test("the target * belongs to the server as a whole, and stays")
    func asterisk() async throws {
        #expect(try await end("*") == "open *")
    }

    @Test("whatever comes, a normal path has nothing left to resolve, and is its own normal form")
    func fuzz() throws {
        var random = SplitMix(seed: 20_261_123)
        let pieces = [
            "/", "/", ".", "..", "a", "%2e", "%2E", "%2f", "%5C", "%61", "%C3", "%c3", "%00", "%",
            ";", "?", "\\", "admin", "%25",
        ]
        let paths = PathNormalization(keepsEncodedSlashes: false)
        var normalCount = 0
        for _ in 0..<20_000 {
            let target =
                "/"
                + (0..<Int.random(in: 0..<9, using: &random))
                .compactMap { _ in pieces.randomElement(using: &random) }.joined()
            guard let normal = try? paths.normalized(target) else { continue }
            normalCount += 1
            #expect(try paths.normalized(normal) == normal, "\(target)")
            let path = normal.prefix { $0 != "?" }
            #expect(normal.dropFirst(path.count) == target.drop { $0 != "?" }, "\(target)")
            let decoded = path.split(separator: "/", omittingEmptySubsequences: false).map {
                PercentCoding.decode($0.prefix { $0 != ";" }) ?? String($0)
            }
            #expect(decoded.first == "" && decoded.count > 1, "\(target)")
            #expect(!decoded.dropFirst().dropLast().contains(""), "\(target)")
            #expect(!decoded.contains(".") && !decoded.contains(".."), "\(target)")
        }
        #expect(normalCount > 4000)
    }
}
