import HTTPTypes
import MartletCore
import MartletHTTP
import MartletIdentity
import Testing

@Suite struct AuthenticationTests {
    private let mint = TokenMint("one")

    private func bearer() async throws -> BearerAuthenticator {
        let keys = try await KeySet.of(mint).keys
        return BearerAuthenticator(
            TokenVerifier(StaticJWKSource(keys), policy: TokenPolicy(), clock: WallClock { 0 }),
            realm: "shop"
        )
    }

    /// The subject that a handler sees; `nobody` for none.
    private func subject(
        _ layer: Authentication,
        _ request: Request,
        context: CallContext = CallContext()
    ) async throws -> String? {
        try await layer.answer(request, context: context) { _, context in
            Response(.ok, headers: [.from: context.identity?.subject ?? "nobody"])
        }.headers[.from]
    }

    private func refusal(_ layer: Authentication, _ request: Request) async -> HTTPError? {
        await #expect(throws: HTTPError.self) { try await subject(layer, request) }
    }

    private func request(_ authorization: String...) -> Request {
        var request = Request(.get, "/")
        for value in authorization { request.headers.append(value, for: .authorization) }
        return request
    }

    @Test("a good token is taken, its scheme in any case")
    func bearerGood() async throws {
        let token = try mint.token(#"{"sub":"ada","exp":9}"#)
        let layer = Authentication(try await bearer())
        #expect(try await subject(layer, request("Bearer \(token)")) == "ada")
        #expect(try await subject(layer, request("bEARER  \(token)")) == "ada")
    }

    @Test("a bad token is 401 with invalid_token, and none 401 without an error")
    func bearerBad() async throws {
        let layer = Authentication(try await bearer())
        let expired = try mint.token(#"{"sub":"ada","exp":-100}"#)
        let bad = await refusal(layer, request("Bearer \(expired)"))
        #expect(bad?.status == .unauthorized)
        #expect(
            bad?.headers[.wwwAuthenticate] == #"Bearer realm="shop", error="invalid_token", "#
                + #"error_description="The token has expired.""#
        )
        let none = await refusal(layer, request())
        #expect(none?.status == .unauthorized)
        #expect(none?.headers[.wwwAuthenticate] == #"Bearer realm="shop""#)
        let good = try mint.token(#"{"sub":"ada","exp":9}"#)
        #expect(await refusal(layer, request("Bearer \(good)", "Bearer \(good)")) != nil)
    }

    @Test("with optional presence strangers go on, and bad credentials do not")
    func optional() async throws {
        let layer = Authentication(try await bearer(), presence: .optional)
        #expect(try await subject(layer, request()) == "nobody")
        #expect(await refusal(layer, request("Bearer x"))?.status == .unauthorized)
    }

    @Test("an identity from outside does not get past the layer")
    func noInheritance() async throws {
        let layer = Authentication(try await bearer(), presence: .optional)
        let context = CallContext(identity: Identity(subject: "eve", scheme: "none"))
        #expect(try await subject(layer, request(), context: context) == "nobody")
    }

    @Test("keys that cannot be had are 503, not the caller's fault")
    func keysUnavailable() async throws {
        struct Nowhere: JWKSource {
            func keys() async throws -> KeySet { throw TokenError(.keysUnavailable, "down") }
            func keys(after known: KeySet) async throws -> KeySet { known }
        }
        let layer = Authentication(
            BearerAuthenticator(TokenVerifier(Nowhere(), policy: TokenPolicy()))
        )
        let token = try mint.token(#"{"sub":"ada","exp":9}"#)
        #expect(await refusal(layer, request("Bearer \(token)"))?.status == .serviceUnavailable)
    }

    @Test("several ways to authenticate are tried, and all are offered")
    func several() async throws {
        let layer = Authentication(
            try await bearer(),
            BasicAuthenticator(realm: "shop", passwords: ["ada": "secret"]),
            CertificateAuthenticator()
        )
        #expect(try await subject(layer, request("Basic YWRhOnNlY3JldA==")) == "ada")
        #expect(
            await refusal(layer, request())?.headers.values(of: .wwwAuthenticate)
                == [#"Bearer realm="shop""#, #"Basic realm="shop", charset="UTF-8""#]
        )
    }

    @Test(
        "basic credentials that are wrong or malformed are refused",
        arguments: [
            "YWRhOndyb25n", "ZXZlOnNlY3JldA==", "ZXZlOg==", "YWRh", "!", "YWRhOnNlY3JldA", "",
            "YWRhOnNlYwpyZXQ=", "/zo=",
        ]
    )
    func basicBad(_ credentials: String) async {
        let layer = Authentication(BasicAuthenticator(passwords: ["ada": "secret"]))
        let error = await refusal(layer, request("Basic \(credentials)"))
        #expect(error?.status == .unauthorized)
        #expect(error?.headers[.wwwAuthenticate] == #"Basic realm="martlet", charset="UTF-8""#)
    }

    @Test("a password may have colons, and a closure may check it")
    func basicClosure() async throws {
        let layer = Authentication(
            BasicAuthenticator { name, password in
                #expect(password == "a:b")
                return Identity(subject: name, scheme: "basic")
            }
        )
        let credentials = Base64.encodeURL("ada:a:b!".utf8.dropLast())
        let padded = credentials + String(repeating: "=", count: (4 - credentials.count % 4) % 4)
        #expect(try await subject(layer, request("Basic \(padded)")) == "ada")
    }

    @Test("an API key is known by its text or its digest, in a field or in the query")
    func apiKey() async throws {
        let keys = [
            APIKey("key-1", owner: "robot"),
            try APIKey(
                sha256: "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
                owner: "abc"
            ),
        ]
        let layer = Authentication(APIKeyAuthenticator(keys))
        func sent(_ keys: String...) -> Request {
            var request = Request(.get, "/?key=key-1")
            for key in keys { request.headers.append(key, for: .xAPIKey) }
            return request
        }
        #expect(try await subject(layer, sent("key-1")) == "robot")
        #expect(try await subject(layer, sent("abc")) == "abc")
        #expect(await refusal(layer, sent("key-2"))?.status == .unauthorized)
        #expect(await refusal(layer, sent("key-1", "key-1"))?.status == .unauthorized)
        #expect(
            await refusal(layer, sent())?.headers[.wwwAuthenticate]
                == #"ApiKey header="X-API-Key""#
        )
        let query = Authentication(APIKeyAuthenticator(keys, in: .query("key")))
        #expect(try await subject(query, Request(.get, "/?a=b&k%65y=key%2D1")) == "robot")
        #expect(await refusal(query, Request(.get, "/?key=%zz")) != nil)
        #expect(throws: KeyError.self) { try APIKey(sha256: "abc", owner: "x") }
    }

    @Test("a client certificate names the caller by its first accepted name")
    func certificate() async throws {
        func request(_ names: [String]) -> Request {
            var request = Request(.get, "/")
            request.peer = Peer(
                address: "192.0.2.1",
                port: 1,
                isSecure: true,
                certificateNames: names
            )
            return request
        }
        let layer = Authentication(
            CertificateAuthenticator { $0.hasPrefix("spiffe://example.org/") }
        )
        let names = ["a.example.org", "spiffe://example.org/shop"]
        #expect(try await subject(layer, request(names)) == "spiffe://example.org/shop")
        #expect(await refusal(layer, request(["a.example.org"]))?.status == .unauthorized)
        #expect(await refusal(layer, request([]))?.status == .unauthorized)
    }

    @Test("a challenge cannot be broken out of")
    func quoting() async {
        let layer = Authentication(BasicAuthenticator(realm: "a\"b\\c\r\nd") { _, _ in nil })
        #expect(
            await refusal(layer, request())?.headers[.wwwAuthenticate]
                == #"Basic realm="a\"b\\cd", charset="UTF-8""#
        )
    }
}
