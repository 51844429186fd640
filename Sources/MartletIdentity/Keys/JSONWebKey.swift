import JWTKit

/// One key of a JWK set as it is written (RFC 7517 §4); only what a verifier needs.
struct JSONWebKey: Decodable {
    var kty: String
    var kid: String?
    var alg: String?
    var use: String?
    var keyOperations: [String]?
    var crv: String?
    var n: String?
    var e: String?
    var x: String?
    var y: String?

    private enum CodingKeys: String, CodingKey {
        case kty
        case kid
        case alg
        case use
        case keyOperations = "key_ops"
        case crv
        case n
        case e
        case x
        case y
    }

    /// Whether the key may be used to check signatures.
    var isForSignatures: Bool {
        (use ?? "sig") == "sig" && (keyOperations?.contains("verify") ?? true)
    }

    /// The algorithms of the key's kind, or the one of them that it is kept for.
    func algorithms() throws -> [SignatureAlgorithm] {
        let ofKind: [SignatureAlgorithm]
        switch (kty, crv) {
        case ("RSA", _): ofKind = SignatureAlgorithm.rsa
        case ("EC", "P-256"): ofKind = [.es256]
        case ("EC", "P-384"): ofKind = [.es384]
        case ("EC", "P-521"): ofKind = [.es512]
        case ("OKP", "Ed25519"): ofKind = [.edDSA]
        default: throw KeyError("Keys of type '\(kty)' with curve '\(crv ?? "")' are not known.")
        }
        guard let alg else { return ofKind }
        guard let named = ofKind.first(where: { $0.name == alg }) else {
            throw KeyError("The key's 'alg' is not of its type.")
        }
        return [named]
    }

    func ecdsaCurve() throws -> ECDSACurve {
        switch crv {
        case "P-256": .p256
        case "P-384": .p384
        case "P-521": .p521
        default: throw KeyError("The key's curve is not known.")
        }
    }

    func require(_ value: String?, _ name: String) throws -> String {
        guard let value else { throw KeyError("The key has no '\(name)'.") }
        return value
    }
}

/// A JWK set as it is written (RFC 7517 §5): a key that cannot be read does not harm the others.
struct JSONWebKeySet: Decodable {
    struct Element: Decodable {
        let key: JSONWebKey?

        init(from decoder: any Decoder) throws {
            key = try? JSONWebKey(from: decoder)
        }
    }

    var keys: [Element]
}
