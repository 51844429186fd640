import Martlet
import ShopModel
import Testing

@Suite("Users")
struct UserRoutesTests {
    @Test("a user is made, named by Location, and found again", arguments: Depth.allCases)
    func create(depth: Depth) async throws {
        try await depth.withShop { shop in
            let body = ["name": "Ada Lovelace", "email": "ada@example.com"]
            let made = try await shop.send(Request(.post, "/api/users", json: body))
            #expect(made.status == .created)
            let location = try #require(made.headers[.location])
            let user = try await made.json(as: User.self)
            #expect(location == "/api/users/\(user.id)")
            #expect(user.name == "Ada Lovelace")
            let found = try await shop.send(Request(.get, location))
            #expect(found.status == .ok)
            #expect(try await found.json(as: User.self) == user)
        }
    }

    @Test("an e-mail address belongs to one user, in whatever case")
    func duplicate() async throws {
        try await Depth.handlers.withShop { shop in
            _ = try await shop.makeUser(email: "ada@example.com")
            let body = ["name": "Eve", "email": "ADA@Example.com"]
            let second = try await shop.send(Request(.post, "/api/users", json: body))
            #expect(second.status == .conflict)
            #expect(try await second.problem().fields == ["email"])
        }
    }

    @Test(
        "every bad field is named",
        arguments: [
            (#"{}"#, ["email", "name"]),
            (#"{"name": 1, "email": null}"#, ["email", "name"]),
            (#"{"name": "  ", "email": "ada"}"#, ["email", "name"]),
            (#"{"name": "a\nb", "email": "a@b"}"#, ["email", "name"]),
            (#"{"name": "Ada", "email": "@example.com"}"#, ["email"]),
            (#"{"name": "Ada", "email": "a b@example.com"}"#, ["email"]),
            (#"{"name": "Ada", "email": "a@example..com"}"#, ["email"]),
        ]
    )
    func badFields(json: String, fields: [String]) async throws {
        try await Depth.handlers.withShop { shop in
            let response = try await shop.post("/api/users", json)
            #expect(response.status == .badRequest)
            #expect(try await response.problem().fields == fields)
        }
    }

    @Test("a name has at most 200 characters")
    func longName() async throws {
        try await Depth.handlers.withShop { shop in
            _ = try await shop.makeUser(name: String(repeating: "a", count: 200))
            let body = ["name": String(repeating: "a", count: 201), "email": "a@example.com"]
            let response = try await shop.send(Request(.post, "/api/users", json: body))
            #expect(try await response.problem().fields == ["name"])
        }
    }

    @Test("what is no JSON object is a bad request", arguments: ["", "{", "[]", "1"])
    func malformed(json: String) async throws {
        try await Depth.handlers.withShop { shop in
            let response = try await shop.post("/api/users", json)
            #expect(response.status == .badRequest)
        }
    }

    @Test("an unknown user is not found")
    func unknown() async throws {
        try await Depth.handlers.withShop { shop in
            let response = try await shop.send(Request(.get, "/api/users/usr_0"))
            #expect(response.status == .notFound)
        }
    }
}
