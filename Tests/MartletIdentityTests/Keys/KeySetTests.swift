import MartletCore
import MartletIdentity
import NIOCore
import Testing

@Suite struct KeySetTests {
    /// An RSA key of 2,048 bits whose private part nobody has kept.
    private let modulus =
        "shQL9sDDDUzaYbAkB_rgr265bh7DQO_e_ONANgDDyJeKwRUf8C5hoLG-DIUj8zjH4amjAgMp"
        + "UP7tQTsN03a30ew1CtBQQw1JFQeRG2JBo2488y-_f9TaXy8l_hmyDKQNvD7ARIfMynFTZs8S"
        + "FHG5fLMNlO0DTSu80CCj9MwvmKAfpVIlBm8QoYsHagemVpID9DU1l2SYwHfWw58aa9nXAKic"
        + "jN4JCnYU8SErQbhXsPfNyuk4tlysHmYBmj4-qHsai2_PPBaoCb7jiIv3G9VZWEeWizmnX7yy"
        + "Ennayyg6z2iN4Cz4DrNey_VB4iAg5Qnpm_tmS306GgqB7dMxr1bWwQ"

    /// What that key has signed: `sub` is `ada`, `exp` in 2033.
    private let token =
        "eyJhbGciOiJSUzI1NiIsImtpZCI6InJzYS0xIiwidHlwIjoiSldUIn0.eyJzdWIiOiJhZGEi"
        + "LCJleHAiOjIwMDAwMDAwMDB9.dD9FKlJdLrHXgxbISXgIqc2s8Z_IAhOhN2QuPfpnqEJYTSX"
        + "ExATQAcc7HAIFsacIHl-3gBYyaIxCI1m_7zeqNzNGlvLO8AMyQqJDgtiqKQdxuIlVicpuasN"
        + "sDCFBpQxL-0cCQefdn91NytoZh5uqLaG-tEIt4v5f9BFsziKNuqueRK-drqk2Irc12njOp7C"
        + "fZ2844uZ2YjKRiBkRZlsAueH_YlM1atFBmRD3Cg2h8u60Gg9v0mumeb5MJtVWf1NNZf4dh8P"
        + "1hRG7Z-NjTVQAArigK2ucFwkqJSdIjeifw-D14GETiToJhlKmVm67f63yO6Tj1wOKTrUsYad"
        + "a7C9lJA"

    private func set(_ keys: String...) async throws -> KeySet {
        let json = #"{"keys":["# + keys.joined(separator: ",") + "]}"
        return try await KeySet(json: ByteBuffer(string: json))
    }

    private func rsa(_ more: String) -> String {
        #"{"kty":"RSA","kid":"rsa-1","n":"\#(modulus)","e":"AQAB"\#(more)}"#
    }

    @Test("an RSA key checks a token that another implementation has signed")
    func rsaToken() async throws {
        let keys = try await set(rsa("")).keys
        let verifier = TokenVerifier(
            StaticJWKSource(keys),
            policy: TokenPolicy(),
            clock: WallClock { 1_999_999_999 }
        )
        #expect(try await verifier.verify(token).subject == "ada")
        let broken = token.dropLast(4) + "AAAA"
        await #expect(throws: TokenError.self) { try await verifier.verify(String(broken)) }
    }

    @Test("a key is good for the algorithms of its kind, or the one that it is kept for")
    func algorithms() async throws {
        let keys = try await set(rsa(""), rsa(#","alg":"PS256""#), TokenMint("e").jwk).keys
        #expect(
            keys.map(\.algorithms) == [
                [.rs256, .rs384, .rs512, .ps256, .ps384, .ps512], [.ps256], [.es256],
            ]
        )
    }

    @Test("keys that cannot be used are left out, and do not harm the others")
    func leftOut() async throws {
        let weak =
            "1keZ_c5ueeGBQsXDg09gceuemDYeka8eyacjV3MxVEGdEn8kyC3oNR9OQJD-pXwO9jnA1mOI"
            + "Hiik-ZeYiCCQLT7nlR90wgQsTlWunbOzCqhOFZlrL_VOQS10up26PqyAUoIYOyLg6lOt0nu1"
            + "6MwRXk148C5iiBjlXR_XYgZdltE"
        let bad = [
            #"{"kty":"oct","k":"c2VjcmV0"}"#, #"{"kty":"EC","crv":"secp256k1","x":"a","y":"b"}"#,
            #"{"kty":"RSA","n":"\#(weak)","e":"AQAB"}"#, rsa(#","use":"enc""#),
            rsa(#","key_ops":["sign"]"#), rsa(#","alg":"HS256""#), #"{"kty":7}"#, "[]", "null",
            #"{"kty":"EC","crv":"P-256","x":"AAAA","y":"AAAA"}"#, #"{"kty":"RSA","e":"AQAB"}"#,
        ]
        for key in bad {
            let keys = try await set(key, TokenMint("good").jwk).keys
            #expect(keys.map(\.identifier) == ["good"])
            await #expect(throws: KeyError.self) { try await set(key) }
        }
    }

    @Test("text that is no set of keys is refused", arguments: ["", "{}", "[]", "{\"keys\":7}"])
    func noSet(_ json: String) async {
        await #expect(throws: KeyError.self) {
            try await KeySet(json: ByteBuffer(string: json))
        }
    }

    @Test("no more than a hundred keys are read")
    func limit() async throws {
        let jwk = TokenMint("k").jwk
        let json = #"{"keys":["# + Array(repeating: jwk, count: 120).joined(separator: ",") + "]}"
        let set = try await KeySet(json: ByteBuffer(string: json))
        #expect(set.keys.count == KeySet.maximumKeys)
    }

    @Test("a public key in PEM is read, of either kind")
    func pem() async throws {
        let mint = TokenMint("p")
        let key = try await VerificationKey.pem(mint.pem, identifier: "p")
        #expect(key.algorithms == [.es256])
        let verifier = TokenVerifier(
            StaticJWKSource([key]),
            policy: TokenPolicy(),
            clock: WallClock { 0 }
        )
        #expect(try await verifier.verify(mint.token(#"{"sub":"a","exp":9}"#)).subject == "a")
        let rsaPEM = """
            -----BEGIN PUBLIC KEY-----
            MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEAshQL9sDDDUzaYbAkB/rg
            r265bh7DQO/e/ONANgDDyJeKwRUf8C5hoLG+DIUj8zjH4amjAgMpUP7tQTsN03a3
            0ew1CtBQQw1JFQeRG2JBo2488y+/f9TaXy8l/hmyDKQNvD7ARIfMynFTZs8SFHG5
            fLMNlO0DTSu80CCj9MwvmKAfpVIlBm8QoYsHagemVpID9DU1l2SYwHfWw58aa9nX
            AKicjN4JCnYU8SErQbhXsPfNyuk4tlysHmYBmj4+qHsai2/PPBaoCb7jiIv3G9VZ
            WEeWizmnX7yyEnnayyg6z2iN4Cz4DrNey/VB4iAg5Qnpm/tmS306GgqB7dMxr1bW
            wQIDAQAB
            -----END PUBLIC KEY-----
            """
        let rsa = try await VerificationKey.pem(rsaPEM, identifier: "rsa-1")
        let rsaVerifier = TokenVerifier(
            StaticJWKSource([rsa]),
            policy: TokenPolicy(),
            clock: WallClock { 0 }
        )
        #expect(try await rsaVerifier.verify(token).subject == "ada")
        await #expect(throws: KeyError.self) { try await VerificationKey.pem("nonsense") }
    }
}
