import MartletIdentity
import Testing

@Suite struct Base64Tests {
    private func decode(_ text: String, _ alphabet: Base64.Alphabet) -> [UInt8]? {
        Base64.decode(text.utf8, alphabet)
    }

    @Test("RFC 4648's test vectors are read")
    func vectors() {
        for (text, plain) in [
            ("", ""), ("Zg==", "f"), ("Zm8=", "fo"), ("Zm9v", "foo"), ("Zm9vYg==", "foob"),
            ("Zm9vYmE=", "fooba"), ("Zm9vYmFy", "foobar"),
        ] {
            #expect(decode(text, .standard) == Array(plain.utf8))
            let bare = text.replacing("=", with: "")
            #expect(decode(bare, .url) == Array(plain.utf8))
            #expect(Base64.encodeURL(plain.utf8) == bare)
        }
    }

    @Test("what is encoded decodes to itself")
    func roundTrip() {
        for length in 0..<64 {
            let bytes = (0..<length).map { UInt8(truncatingIfNeeded: $0 &* 89 &+ length) }
            #expect(decode(Base64.encodeURL(bytes), .url) == bytes)
        }
    }

    @Test(
        "a second spelling of the same bytes is refused",
        arguments: [
            "Zh==", "Zm9=", "Zg", "Zg=", "Zg===", "Z", "Zg==\n", " Zg==", "Zg==Zg==", "Z-==",
        ]
    )
    func strictStandard(_ text: String) {
        #expect(decode(text, .standard) == nil)
    }

    @Test(
        "the URL alphabet takes neither padding nor the other's characters",
        arguments: ["Zg==", "Zh", "a+b/", "Z", "Zm9v Zm9v"]
    )
    func strictURL(_ text: String) {
        #expect(decode(text, .url) == nil)
    }

    @Test("digests of secrets match only themselves")
    func digests() {
        let digest = SecretDigest(of: "abc".utf8)
        #expect(digest.matches(SecretDigest(of: "abc".utf8)))
        #expect(!digest.matches(SecretDigest(of: "abd".utf8)))
        let known = "BA7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
        #expect(SecretDigest(hexadecimal: known)?.matches(digest) == true)
        #expect(SecretDigest(hexadecimal: String(known.dropLast())) == nil)
        #expect(SecretDigest(hexadecimal: "x" + known.dropFirst()) == nil)
    }
}
