import HTTPTypes
import MartletHTTP
import Testing

@Suite("The console's guard against other sites")
struct SameOriginTests {
    private static let field = HTTPField.Name(known: "X-Martlet-Console")

    @Test(
        "lets in who asks for a loopback name",
        arguments: ["127.0.0.1:7070", "localhost:7070", "LOCALHOST", "[::1]:7070", "127.0.0.1"]
    )
    func loopback(authority: String) async throws {
        let answer = try await Consoles().answer(Request(.get, "http://\(authority)/"))
        #expect(answer.status == .ok)
    }

    @Test(
        "refuses every other name, which a hostile site may have pointed here",
        arguments: [
            "evil.example:7070", "127.0.0.1.evil.example", "localhost.evil.example:7070",
            "[::2]:7070", "evil.example:127.0.0.1", "",
        ]
    )
    func rebinding(authority: String) async throws {
        var request = Request(.get, "/api/services")
        request.authority = authority
        #expect(try await Consoles().answer(request).status == .misdirectedRequest)
    }

    private func post(_ headers: Headers) async throws -> HTTPResponse.Status {
        let url = "http://127.0.0.1:7070/api/services/user/restart"
        return try await Consoles().answer(Request(.post, url, headers: headers)).status
    }

    @Test("lets the page change something")
    func samePage() async throws {
        #expect(try await post([Self.field: "1"]) == .accepted)
        let origin = "http://127.0.0.1:7070"
        #expect(try await post([Self.field: "1", .origin: origin]) == .accepted)
    }

    @Test("refuses a form or a script of another site")
    func crossSite() async throws {
        #expect(try await post([:]) == .forbidden)
        #expect(try await post([.origin: "http://127.0.0.1:7070"]) == .forbidden)
        for origin in ["http://evil.example", "null", "http://127.0.0.1:8080"] {
            #expect(try await post([Self.field: "1", .origin: origin]) == .forbidden)
        }
    }
}
