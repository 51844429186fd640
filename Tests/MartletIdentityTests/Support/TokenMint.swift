import Crypto
import MartletHTTP
import MartletIdentity
import NIOCore

/// Signs tokens with a new key on P-256.
struct TokenMint: Sendable {
    let identifier: String
    private let key = P256.Signing.PrivateKey()

    init(_ identifier: String) {
        self.identifier = identifier
    }

    /// The public key as a member of a JWK set.
    var jwk: String {
        let point = Array(key.publicKey.rawRepresentation)
        let x = Base64.encodeURL(point[..<32])
        let y = Base64.encodeURL(point[32...])
        return
            #"{"kty":"EC","crv":"P-256","use":"sig","kid":"\#(identifier)","#
            + #""x":"\#(x)","y":"\#(y)"}"#
    }

    /// The public key in PEM.
    var pem: String { key.publicKey.pemRepresentation }

    /// A token with these claims; `header` replaces the usual one.
    func token(_ claims: String, header: String? = nil) throws -> String {
        let header = header ?? #"{"alg":"ES256","kid":"\#(identifier)"}"#
        let signed = Base64.encodeURL(header.utf8) + "." + Base64.encodeURL(claims.utf8)
        let signature = try key.signature(for: Array(signed.utf8)).rawRepresentation
        return signed + "." + Base64.encodeURL(signature)
    }

    /// A token that HMAC has signed.
    static func hmacToken(_ claims: String, header: String, secret: [UInt8]) -> String {
        let signed = Base64.encodeURL(header.utf8) + "." + Base64.encodeURL(claims.utf8)
        let code = HMAC<SHA256>.authenticationCode(
            for: Array(signed.utf8),
            using: SymmetricKey(data: secret)
        )
        return signed + "." + Base64.encodeURL(code)
    }
}

extension KeySet {
    /// A set of the keys of some mints.
    static func of(_ mints: TokenMint...) async throws -> KeySet {
        try await KeySet(json: ByteBuffer(string: json(mints)))
    }

    /// The set as JSON text.
    static func json(_ mints: [TokenMint]) -> String {
        #"{"keys":["# + mints.map(\.jwk).joined(separator: ",") + "]}"
    }
}
