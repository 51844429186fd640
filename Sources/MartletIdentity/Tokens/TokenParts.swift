import MartletHTTP
import NIOCore

/// The parts of a token in compact form (RFC 7515 §7.1).
struct TokenParts {
    /// What a token's header says that matters here.
    struct Header: Decodable {
        var alg: String
        var kid: String?
        var typ: String?
        var crit: [String]?
        var b64: Bool?
    }

    let header: Header
    let payload: ByteBuffer
    let signature: [UInt8]
    let signedBytes: [UInt8]

    init(_ token: String, maximumLength: Int) throws(TokenError) {
        let bytes = token.utf8
        guard bytes.count <= maximumLength else {
            throw TokenError(.malformed, "The token is longer than \(maximumLength) bytes.")
        }
        let parts = bytes.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        guard parts.count == 3, let header = Base64.decode(parts[0], .url),
            let payload = Base64.decode(parts[1], .url),
            let signature = Base64.decode(parts[2], .url)
        else {
            throw TokenError(.malformed, "The token is not three parts of base64url.")
        }
        do {
            self.header = try JSON.decode(Header.self, from: ByteBuffer(bytes: header))
        } catch {
            throw TokenError(.malformed, "The token's header is not as expected.", cause: error)
        }
        // RFC 7515 §4.1.11: what is critical and not understood makes a token invalid.
        guard self.header.crit == nil, self.header.b64 != false else {
            throw TokenError(.malformed, "The token has critical header fields.")
        }
        self.payload = ByteBuffer(bytes: payload)
        self.signature = signature
        signedBytes = Array(bytes[..<parts[1].endIndex])
    }
}
