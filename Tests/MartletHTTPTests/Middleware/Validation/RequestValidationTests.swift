import HTTPTypes
import MartletCore
import MartletHTTP
import Testing

@Suite struct RequestValidationTests {
    private static let key = HTTPField.Name(known: "Idempotency-Key")

    private let layer = RequestValidation(
        contentTypes: [.json],
        headers: [.required(key, .length(1...8)), .optional(.from, .email)],
        query: [.required("page", .integer(1...10)), .optional("sort", .oneOf(["up", "down"]))]
    )

    private func answer(
        _ target: String,
        _ headers: Headers,
        _ body: Body = Body("{}")
    )
        async throws -> HTTPResponse.Status
    {
        try await layer.answer(Request(.post, target, headers: headers, body: body)) { _, _ in
            Response(.ok)
        }.status
    }

    @Test("a request as declared is handled")
    func passes() async throws {
        let headers: Headers = [.contentType: "application/json; charset=utf-8", Self.key: "a"]
        #expect(try await answer("/?page=3&sort=up&other=1", headers) == .ok)
        #expect(try await answer("/?p%61ge=+3".replacing("+", with: ""), headers) == .ok)
    }

    @Test("everything that is wrong with the head is named at once")
    func collects() async {
        let error = await #expect(throws: HTTPError.self) {
            try await answer(
                "/?page=11&sort=%zz",
                [.contentType: "application/json", .from: "nobody"]
            )
        }
        #expect(error?.status == .badRequest)
        #expect(
            error?.fields == [
                .init("header.Idempotency-Key", "is missing"),
                .init("header.From", "must be an e-mail address such as ada@example.com"),
                .init("query.page", "must be a whole number between 1 and 10"),
                .init("query.sort", "has a broken percent-encoding"),
            ]
        )
    }

    @Test("a parameter that comes twice is checked twice")
    func twice() async {
        let headers: Headers = [.contentType: "application/json", Self.key: "a"]
        let error = await #expect(throws: HTTPError.self) {
            try await answer("/?page=1&page=99", headers)
        }
        #expect(error?.fields.map(\.field) == ["query.page"])
    }

    @Test("content of another type is 415, and none needs no type")
    func contentType() async throws {
        for type in ["text/plain", "nonsense"] {
            let error = await #expect(throws: HTTPError.self) {
                try await answer("/?page=1", [.contentType: type, Self.key: "a"])
            }
            #expect(error?.status == .unsupportedMediaType)
            #expect(error?.headers[.accept] == "application/json")
        }
        #expect(try await answer("/?page=1", [Self.key: "a"], Body()) == .ok)
    }

    private struct NewUser: Decodable, Validatable {
        var name: String
        var email: String

        func validate(_ check: inout Validator) {
            check("name", name, .notBlank)
            check("email", email, .email)
        }
    }

    @Test("JSON content is decoded and all of its bad fields named")
    func json() async throws {
        func user(_ json: String) async throws -> NewUser {
            try await Request(
                .post,
                "/",
                headers: [.contentType: "application/json"],
                body: Body(json)
            ).validJSON()
        }
        #expect(try await user(#"{"name":"Ada","email":"ada@example.com"}"#).name == "Ada")
        let error = await #expect(throws: HTTPError.self) {
            try await user(#"{"name":" ","email":"ada"}"#)
        }
        #expect(error?.fields.map(\.field) == ["name", "email"])
    }
}
