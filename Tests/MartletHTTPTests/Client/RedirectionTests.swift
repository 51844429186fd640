import HTTPTypes
import MartletCore
import Testing

@testable import MartletHTTP

@Suite("Redirection")
struct RedirectionTests {
    private func next(
        _ code: Int,
        _ location: String,
        after method: HTTPRequest.Method = .get,
        from url: String = "http://a.example/x/y?z"
    ) -> Request? {
        let headers: Headers = [
            .authorization: "secret", .cookie: "secret", .proxyAuthorization: "secret",
            .xAPIKey: "secret", .accept: "a/b", .contentType: "c/d",
        ]
        let request = Request(method, url, headers: headers, body: Body("content"))
        let response = Response(.init(code: code), headers: [.location: location])
        return Redirection.next(after: request, response)
    }

    private func url(_ request: Request?) -> String? {
        request.map { "\($0.scheme)://\($0.authority)\($0.target)" }
    }

    @Test(
        "a location is resolved against the request's URL",
        arguments: [
            ("/p?q#f", "http://a.example/p?q"),
            ("p", "http://a.example/x/p"),
            ("../p", "http://a.example/p"),
            ("../../../p/./q", "http://a.example/p/q"),
            ("?q", "http://a.example/x/y?q"),
            ("//b.example/p", "http://b.example/p"),
            ("https://b.example", "https://b.example/"),
            ("HTTP://b.example:81?q", "http://b.example:81/?q"),
        ]
    )
    func location(_ location: String, _ expected: String) {
        #expect(url(next(302, location)) == expected)
    }

    @Test("303 becomes GET without content", arguments: [301, 302, 303])
    func becomesGet(_ code: Int) {
        let request = next(code, "/p", after: .post)
        #expect(request?.method == .get)
        #expect(request?.body.isEmpty == true)
        #expect(request?.headers.contains(.contentType) == false)
    }

    @Test("307 and 308 keep method and content", arguments: [307, 308])
    func keeps(_ code: Int) {
        let request = next(code, "/p", after: .post)
        #expect(request?.method == .post)
        #expect(request?.body.length == 7)
        #expect(request?.headers[.contentType] == "c/d")
    }

    @Test(
        "credentials stay within the origin",
        arguments: [
            ("/p", true), ("http://a.example/p", true), ("http://b.example/", false),
            ("http://a.example:81/", false), ("https://a.example/", false),
        ]
    )
    func credentials(_ location: String, _ kept: Bool) {
        let headers = next(302, location)?.headers
        #expect(headers?.contains(.authorization) == kept)
        #expect(headers?.contains(.cookie) == kept)
        #expect(headers?.contains(.proxyAuthorization) == kept)
        #expect(headers?.contains(.xAPIKey) == kept)
        #expect(headers?[.accept] == "a/b")
    }

    @Test("some redirections are not followed")
    func notFollowed() {
        #expect(next(302, "http://a.example/", from: "https://a.example/") == nil)
        #expect(next(302, "//a.example/", from: "https://a.example/")?.scheme == "https")
        #expect(next(302, "") == nil)
        #expect(next(302, "ftp://a.example/") == nil)
        #expect(next(302, "mailto:a@b") == nil)
        #expect(next(304, "/p") == nil)
        #expect(next(200, "/p") == nil)
        var request = Request(.post, "http://a.example/", body: Body { _ in })
        let response = Response(.temporaryRedirect, headers: [.location: "/p"])
        #expect(Redirection.next(after: request, response) == nil)
        request.body = Body()
        #expect(Redirection.next(after: request, response) != nil)
    }

    @Test("a client follows redirections, but not for ever")
    func followed() async throws {
        let client = HTTPClient()
        defer { client.shutdown() }
        let script: ScriptedServer.Script = { seen in
            let target = seen.head.target
            guard target.hasPrefix("/r"), let number = Int(target.dropFirst(2)), number > 0 else {
                return .say("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")
            }
            return .say(
                "HTTP/1.1 302 Found\r\nLocation: /r\(number - 1)\r\nContent-Length: 0\r\n\r\n"
            )
        }
        try await ScriptedServer.run(script) { (server, base) async throws in
            #expect(try await client.get("\(base)/r5").status == .ok)
            #expect(server.seen.count == 6)
            let error = await #expect(throws: HTTPClientError.self) {
                _ = try await client.get("\(base)/r6")
            }
            #expect(error?.code == .tooManyRedirects)
            var configuration = HTTPClient.Configuration()
            configuration.redirectLimit = 0
            let strict = HTTPClient(configuration)
            defer { strict.shutdown() }
            #expect(try await strict.get("\(base)/r1").status == .found)
        }
    }
}
