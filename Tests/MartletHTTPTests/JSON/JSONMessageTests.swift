import HTTPTypes
import MartletHTTP
import NIOCore
import Testing

@Suite struct JSONMessageTests {
    struct User: Codable, Equatable {
        var name: String
        var age: Int
    }

    private func request(_ body: String, _ contentType: String?) -> Request {
        var request = Request(.post, "/users", body: Body(body))
        request.headers[.contentType] = contentType
        return request
    }

    private func error(_ request: Request, upTo limit: Int = 1_000) async -> HTTPError? {
        do {
            _ = try await request.json(as: User.self, upTo: limit)
            return nil
        } catch {
            return error as? HTTPError
        }
    }

    @Test(
        "JSON content is decoded whatever its JSON media type is called",
        arguments: [
            "application/json", "application/json; charset=utf-8", "Application/JSON",
            "application/merge-patch+json", "application/problem+json;x=y",
        ]
    )
    func mediaTypes(contentType: String) async throws {
        let request = request(#"{"name":"Ada","age":36}"#, contentType)
        #expect(try await request.json(as: User.self) == User(name: "Ada", age: 36))
    }

    @Test(
        "another media type, or none, is 415 and says what to send",
        arguments: [
            nil, "text/plain", "application/jsonp", "application/x-www-form-urlencoded", "+json",
        ]
    )
    func otherMediaTypes(contentType: String?) async {
        let error = await error(request(#"{"name":"Ada","age":36}"#, contentType))
        #expect(error?.status == .unsupportedMediaType)
        #expect(error?.headers[.accept] == "application/json")
    }

    @Test("a wrong field is 400 and named with its path")
    func wrongField() async {
        let found = await error(request(#"{"name":"Ada","age":"old"}"#, "application/json"))
        #expect(found?.status == .badRequest)
        #expect(found?.fields == [.init("age", "expected Int, found a string")])
        let missing = await error(request(#"{"name":"Ada"}"#, "application/json"))
        #expect(missing?.fields == [.init("age", "is missing")])
    }

    @Test("malformed or absent content is 400")
    func malformed() async {
        let malformed = await error(request("{", "application/json"))
        #expect(malformed?.status == .badRequest)
        #expect(malformed?.detail?.contains("at byte 1") == true)
        let absent = await error(request("", "application/json"))
        #expect(absent?.status == .badRequest)
    }

    @Test("content over the limit is 413, up to it is read; the default is 1 MiB")
    func limit() async throws {
        let text = #"{"name":"Ada","age":36}"#
        let request = request(text, "application/json")
        #expect(await error(request, upTo: text.utf8.count) == nil)
        #expect(await error(request, upTo: text.utf8.count - 1)?.status == .contentTooLarge)
        #expect(Request.defaultJSONLimit == 1_048_576)
    }

    @Test("a response says that it is JSON, and keeps a type of its own")
    func response() throws {
        let plain = try Response.json(User(name: "Ada", age: 36), status: .created)
        #expect(plain.status == .created)
        #expect(plain.headers[.contentType] == "application/json")
        #expect(plain.body.whole.map { String(buffer: $0) } == #"{"name":"Ada","age":36}"#)
        let custom = try JSONBody([1], status: .accepted, headers: [.contentType: "a/b+json"])
            .response(to: Request(.get, "/"))
        #expect(custom.status == .accepted)
        #expect(custom.headers[.contentType] == "a/b+json")
        let located = try JSONBody([1], headers: [.location: "/1"]).response(to: Request(.get, "/"))
        #expect(located.headers[.contentType] == "application/json")
        #expect(located.headers[.location] == "/1")
    }

    @Test("a client's request and response carry values")
    func client() async throws {
        let user = User(name: "Ada", age: 36)
        let request = try Request(.post, "http://example.com/users", json: user)
        #expect(try await request.json(as: User.self) == user)
        let response = try Response.json(user)
        #expect(try await response.json(as: User.self) == user)
        await #expect(throws: JSONError(.limit, "the content is longer than 3 bytes")) {
            try await response.json(as: User.self, upTo: 3)
        }
        await #expect(throws: JSONError.self) { try await Response("{}").json(as: [Int].self) }
    }
}
