// FoundationEssentials: jwt-kit takes bytes as `DataProtocol`, which arrays conform to there.
import FoundationEssentials
import JWTKit

/// A key that tokens are checked with: a public key, or a shared secret.
public struct VerificationKey: Sendable {
    /// The fewest bits of an RSA key's modulus (RFC 7518 §3.3).
    public static let minimumRSABits = 2_048

    /// The key's name, which tokens carry as `kid`.
    public let identifier: String?

    /// What checks signatures, by algorithm: only those of the key's own kind.
    private let verifiers: [SignatureAlgorithm: any JWTAlgorithm]

    private init(
        _ identifier: String?,
        _ verifiers: [SignatureAlgorithm: any JWTAlgorithm]
    ) {
        self.identifier = identifier
        self.verifiers = verifiers
    }

    /// The algorithms that the key can be used with.
    public var algorithms: Set<SignatureAlgorithm> { Set(verifiers.keys) }

    func canVerify(_ algorithm: SignatureAlgorithm) -> Bool {
        verifiers[algorithm] != nil
    }

    func verifies(
        _ signature: [UInt8],
        of bytes: [UInt8],
        _ algorithm: SignatureAlgorithm
    ) -> Bool {
        // A signature of the wrong length or form is an error there and simply wrong here.
        (try? verifiers[algorithm]?.verify(signature, signs: bytes)) ?? false
    }
}

// MARK: - Making

extension VerificationKey {
    /// A shared secret.
    ///
    /// - Parameters:
    ///   - secret: At least as many bytes as the algorithm's hash (RFC 7518 §3.2).
    ///   - algorithm: One of ``SignatureAlgorithm/symmetric``.
    ///   - identifier: The key's name.
    /// - Returns: The key.
    /// - Throws: ``KeyError`` when the secret is too short.
    public static func secret(
        _ secret: [UInt8],
        _ algorithm: SignatureAlgorithm = .hs256,
        identifier: String? = nil
    ) async throws -> VerificationKey {
        let digest: (DigestAlgorithm, length: Int)
        switch algorithm {
        case .hs256: digest = (.sha256, 32)
        case .hs384: digest = (.sha384, 48)
        case .hs512: digest = (.sha512, 64)
        default: throw KeyError("\(algorithm) has no shared secret.")
        }
        guard secret.count >= digest.length else {
            throw KeyError("A secret for \(algorithm) has at least \(digest.length) bytes.")
        }
        let keys = JWTKeyCollection()
        await keys.add(hmac: HMACKey(from: Data(secret)), digestAlgorithm: digest.0)
        return VerificationKey(identifier, [algorithm: try await keys.getKey()])
    }

    /// A public key in PEM: RSA, ECDSA or Ed25519.
    ///
    /// - Parameters:
    ///   - pem: The text, beginning with `-----BEGIN PUBLIC KEY-----`.
    ///   - identifier: The key's name.
    /// - Returns: The key, for all algorithms of its kind.
    /// - Throws: ``KeyError`` when it is none of these, or a weak one.
    public static func pem(_ pem: String, identifier: String? = nil) async throws -> VerificationKey
    {
        if let key = try? ES256PublicKey(pem: pem) {
            return try await ecdsa(.es256, identifier) { await $0.add(ecdsa: key) }
        }
        if let key = try? ES384PublicKey(pem: pem) {
            return try await ecdsa(.es384, identifier) { await $0.add(ecdsa: key) }
        }
        if let key = try? ES512PublicKey(pem: pem) {
            return try await ecdsa(.es512, identifier) { await $0.add(ecdsa: key) }
        }
        if let key = try? EdDSA.PublicKey(pem: pem) {
            return try await ecdsa(.edDSA, identifier) { await $0.add(eddsa: key) }
        }
        guard let key = try? Insecure.RSA.PublicKey(pem: pem),
            let (modulus, exponent) = try? key.getKeyPrimitives()
        else {
            throw KeyError("The text is not a public key in PEM.")
        }
        return try await rsa(
            modulus: Base64.encodeURL(modulus),
            exponent: Base64.encodeURL(exponent),
            algorithms: SignatureAlgorithm.rsa,
            identifier
        )
    }

    private static func ecdsa(
        _ algorithm: SignatureAlgorithm,
        _ identifier: String?,
        add: (JWTKeyCollection) async -> Void
    ) async throws -> VerificationKey {
        let keys = JWTKeyCollection()
        await add(keys)
        return VerificationKey(identifier, [algorithm: try await keys.getKey()])
    }

    /// A key of a JWK set (RFC 7517 §4, RFC 7518 §6); private parts are ignored.
    init(_ key: JSONWebKey) async throws {
        guard key.isForSignatures else {
            throw KeyError("The key is not for checking signatures.")
        }
        let algorithms = try key.algorithms()
        switch key.kty {
        case "RSA":
            self = try await Self.rsa(
                modulus: try key.require(key.n, "n"),
                exponent: try key.require(key.e, "e"),
                algorithms: algorithms,
                key.kid
            )
        case "EC":
            let curve = try key.ecdsaCurve()
            let x = try key.require(key.x, "x")
            let y = try key.require(key.y, "y")
            self = try await Self.make(key.kid, algorithms) {
                .ecdsa($0, identifier: "key", x: x, y: y, curve: curve)
            }
        default:
            let x = try key.require(key.x, "x")
            self = try await Self.make(key.kid, algorithms) {
                .octetKeyPair($0, identifier: "key", x: x, y: nil, curve: .ed25519)
            }
        }
    }

    private static func rsa(
        modulus: String,
        exponent: String,
        algorithms: [SignatureAlgorithm],
        _ identifier: String?
    ) async throws -> VerificationKey {
        let bits = Base64.decode(modulus.utf8, .url).map { bytes in
            let significant = bytes.drop { $0 == 0 }
            return significant.count * 8 - (significant.first?.leadingZeroBitCount ?? 0)
        }
        guard let bits, bits >= minimumRSABits else {
            throw KeyError("An RSA key has at least \(minimumRSABits) bits.")
        }
        return try await make(identifier, algorithms) {
            .rsa($0, identifier: "key", modulus: modulus, exponent: exponent)
        }
    }

    private static func make(
        _ identifier: String?,
        _ algorithms: [SignatureAlgorithm],
        _ jwk: (JWK.Algorithm?) -> JWK
    ) async throws -> VerificationKey {
        var verifiers: [SignatureAlgorithm: any JWTAlgorithm] = [:]
        for algorithm in algorithms {
            do {
                // One collection each: it would otherwise keep the first algorithm for all.
                let keys = try await JWTKeyCollection()
                    .add(jwk: jwk(JWK.Algorithm(rawValue: algorithm.name)))
                verifiers[algorithm] = try await keys.getKey()
            } catch {
                throw KeyError("The key is not valid for \(algorithm).", cause: error)
            }
        }
        return VerificationKey(identifier, verifiers)
    }
}
