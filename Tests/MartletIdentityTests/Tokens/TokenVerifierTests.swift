import MartletCore
import MartletIdentity
import NIOCore
import Testing

@Suite struct TokenVerifierTests {
    private let mint = TokenMint("one")
    private let now = 1_000_000.0

    private func verifier(_ policy: TokenPolicy = TokenPolicy()) async throws -> TokenVerifier {
        let keys = try await KeySet.of(mint, TokenMint("two")).keys
        return TokenVerifier(
            StaticJWKSource(keys),
            policy: policy,
            clock: WallClock { [now] in now }
        )
    }

    private func refusal(
        _ token: String,
        _ policy: TokenPolicy = TokenPolicy()
    ) async throws -> TokenError.Code? {
        let verifier = try await verifier(policy)
        return await #expect(throws: TokenError.self) { try await verifier.verify(token) }?.code
    }

    @Test("a good token names its subject, with its claims")
    func good() async throws {
        let token = try mint.token(
            #"{"sub":"ada","exp":1000001,"scope":"a b","n":1.5,"x":{"y":[true,null]}}"#
        )
        let identity = try await verifier().verify(token)
        #expect(identity.subject == "ada")
        #expect(identity.scheme == "bearer")
        #expect(identity.claims["scope"] == .string("a b"))
        #expect(identity.claims["exp"] == .integer(1_000_001))
        #expect(identity.claims["n"] == .number(1.5))
        #expect(identity.claims["x"] == .object(["y": .list([.boolean(true), .null])]))
    }

    @Test("a token without a key's name is tried with every key")
    func noIdentifier() async throws {
        let good = try mint.token(#"{"sub":"ada","exp":1000001}"#, header: #"{"alg":"ES256"}"#)
        #expect(try await verifier().verify(good).subject == "ada")
        let foreign = try TokenMint("x").token(
            #"{"sub":"ada","exp":1000001}"#,
            header: #"{"alg":"ES256"}"#
        )
        #expect(try await refusal(foreign) == .unknownKey)
    }

    @Test("a token that is not signed, or by another's key, is refused")
    func forged() async throws {
        let claims = #"{"sub":"ada","exp":1000001}"#
        let foreign = try TokenMint("one").token(claims)
        #expect(try await refusal(foreign) == .signature)
        #expect(try await refusal(TokenMint("three").token(claims)) == .unknownKey)
        let token = try mint.token(claims)
        let other = Base64.encodeURL(#"{"sub":"eve","exp":1000001}"#.utf8)
        var parts = token.split(separator: ".").map(String.init)
        parts[1] = other
        #expect(try await refusal(parts.joined(separator: ".")) == .signature)
        parts[2] = ""
        #expect(try await refusal(parts.joined(separator: ".")) == .signature)
    }

    @Test(
        "no algorithm, in any spelling, is refused",
        arguments: ["none", "None", "NONE", "", "RS257", "es256"]
    )
    func noAlgorithm(_ name: String) async throws {
        let token = try mint.token(
            #"{"sub":"ada","exp":1000001}"#,
            header: #"{"alg":"\#(name)","kid":"one"}"#
        )
        #expect(try await refusal(token) == .algorithm)
    }

    @Test("a public key is never taken for a shared secret")
    func confusion() async throws {
        let header = #"{"alg":"HS256","kid":"one"}"#
        let claims = #"{"sub":"ada","exp":1000001}"#
        for secret in [mint.pem, mint.jwk] {
            let token = TokenMint.hmacToken(claims, header: header, secret: Array(secret.utf8))
            #expect(try await refusal(token) == .algorithm)
            let lax = TokenPolicy(algorithms: [.es256, .hs256])
            #expect(try await refusal(token, lax) == .algorithm)
        }
    }

    @Test("a shared secret works when the policy allows it, and has to be long")
    func secret() async throws {
        let secret = Array("0123456789abcdef0123456789abcdef".utf8)
        let key = try await VerificationKey.secret(secret)
        let verifier = TokenVerifier(
            StaticJWKSource([key]),
            policy: TokenPolicy(algorithms: [.hs256]),
            clock: WallClock { 0 }
        )
        let token = TokenMint.hmacToken(
            #"{"sub":"ada","exp":1}"#,
            header: #"{"alg":"HS256"}"#,
            secret: secret
        )
        #expect(try await verifier.verify(token).subject == "ada")
        await #expect(throws: KeyError.self) {
            try await VerificationKey.secret(Array(secret.dropLast()))
        }
    }

    @Test(
        "times are checked with the leeway",
        arguments: [
            (#""exp":999971"#, nil), (#""exp":999970"#, .expired),
            (#""exp":1000001,"nbf":1000030"#, nil), (#""exp":1000001,"nbf":1000031"#, .notYetValid),
            (#""exp":1000001,"iat":1000031"#, .notYetValid), (#""exp":999971.5"#, nil),
            (#""nbf":1"#, .claim), (#""exp":"soon""#, .claim), (#""exp":null"#, .claim),
        ] as [(String, TokenError.Code?)]
    )
    func times(_ claims: String, _ expected: TokenError.Code?) async throws {
        let token = try mint.token(#"{"sub":"ada",\#(claims)}"#)
        if let expected {
            #expect(try await refusal(token) == expected)
        } else {
            #expect(try await verifier().verify(token).subject == "ada")
        }
    }

    @Test("a token older than the greatest age is refused, and one without an age too")
    func age() async throws {
        let policy = TokenPolicy(leeway: .zero, maximumAge: .seconds(100))
        let young = try mint.token(#"{"sub":"a","exp":1000001,"iat":999901}"#)
        #expect(try await verifier(policy).verify(young).subject == "a")
        let old = try mint.token(#"{"sub":"a","exp":1000001,"iat":999900}"#)
        #expect(try await refusal(old, policy) == .expired)
        #expect(try await refusal(mint.token(#"{"sub":"a","exp":1000001}"#), policy) == .claim)
    }

    @Test("issuer, audience and type have to be accepted ones")
    func policyClaims() async throws {
        let policy = TokenPolicy(issuers: ["https://i"], audiences: ["shop"], type: "at+jwt")
        let header = #"{"alg":"ES256","kid":"one","typ":"application/AT+JWT"}"#
        func code(_ claims: String, _ header: String) async throws -> TokenError.Code? {
            let token = try mint.token(#"{"sub":"a","exp":1000001,\#(claims)}"#, header: header)
            return try await refusal(token, policy)
        }
        for audience in [#""shop""#, #"["other","shop"]"#] {
            let token = try mint.token(
                #"{"sub":"a","exp":1000001,"iss":"https://i","aud":\#(audience)}"#,
                header: header
            )
            #expect(try await verifier(policy).verify(token).subject == "a")
        }
        #expect(try await code(#""iss":"https://j","aud":"shop""#, header) == .claim)
        #expect(try await code(#""aud":"shop""#, header) == .claim)
        #expect(try await code(#""iss":"https://i","aud":["other"]"#, header) == .claim)
        #expect(try await code(#""iss":"https://i""#, header) == .claim)
        let untyped = #"{"alg":"ES256","kid":"one"}"#
        #expect(try await code(#""iss":"https://i","aud":"shop""#, untyped) == .claim)
    }

    @Test("a token without an expiry or a subject is refused unless the policy says otherwise")
    func missing() async throws {
        #expect(try await refusal(mint.token(#"{"sub":"a"}"#)) == .claim)
        let lax = TokenPolicy(requiresExpiry: false)
        #expect(try await verifier(lax).verify(mint.token(#"{"sub":"a"}"#)).subject == "a")
        #expect(try await refusal(mint.token(#"{"exp":1000001}"#)) == .claim)
        let client = try mint.token(#"{"client_id":"robot","exp":1000001}"#)
        #expect(try await verifier().verify(client).subject == "robot")
    }

    @Test("critical header fields and unencoded payloads are refused")
    func critical() async throws {
        for header in [
            #"{"alg":"ES256","kid":"one","crit":["exp"]}"#,
            #"{"alg":"ES256","kid":"one","b64":false}"#,
        ] {
            let token = try mint.token(#"{"sub":"a","exp":1000001}"#, header: header)
            #expect(try await refusal(token) == .malformed)
        }
    }

    @Test("a token longer than the limit is refused before it is looked at")
    func length() async throws {
        let token = try mint.token(#"{"sub":"a","exp":1000001}"#)
        let policy = TokenPolicy(maximumLength: token.utf8.count - 1)
        #expect(try await refusal(token, policy) == .malformed)
        let exact = TokenPolicy(maximumLength: token.utf8.count)
        #expect(try await verifier(exact).verify(token).subject == "a")
    }

    @Test("no mutation of a token is accepted, and none does worse than an error")
    func fuzz() async throws {
        let token = try mint.token(#"{"sub":"a","exp":1000001}"#)
        let verifier = try await verifier()
        var state: UInt64 = 20_261_123
        func random(below limit: Int) -> Int {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Int(state >> 33) % limit
        }
        let alphabet = Array("ABCxyz019-_.=+/ \u{0}{\"".utf8)
        for _ in 0..<2_000 {
            var bytes = Array(token.utf8)
            switch random(below: 3) {
            case 0: bytes[random(below: bytes.count)] = alphabet[random(below: alphabet.count)]
            case 1: bytes.remove(at: random(below: bytes.count))
            default:
                bytes.insert(
                    alphabet[random(below: alphabet.count)],
                    at: random(below: bytes.count)
                )
            }
            let text = String(decoding: bytes, as: UTF8.self)
            guard text != token else { continue }
            await #expect(throws: TokenError.self) { try await verifier.verify(text) }
        }
    }
}
