public import MartletCore
public import MartletHTTP

/// Accepts a name and a password in `Authorization: Basic` (RFC 7617).
///
/// Use it over TLS only: the password travels as good as plain.
public struct BasicAuthenticator: Authenticator {
    /// Says whom a name and a password belong to; nil when to nobody.
    public typealias Check =
        @Sendable (_ name: String, _ password: String) async throws -> Identity?

    private let realm: String
    private let check: Check

    /// Makes an authenticator that asks a closure.
    ///
    /// Passwords that people choose need a slow hash (Argon2, scrypt, bcrypt); compute it off the
    /// event loop with `offLoop`, and also for a name that does not exist, so that the time does
    /// not tell which names do.
    ///
    /// - Parameters:
    ///   - realm: What the caller is asked to authenticate for.
    ///   - check: Says whom a name and a password belong to.
    public init(realm: String = "martlet", check: @escaping Check) {
        self.realm = realm
        self.check = check
    }

    /// Makes an authenticator for a few names with long random passwords, such as those of
    /// services.
    ///
    /// Passwords are compared by their SHA-256, in a time that tells neither whether the name
    /// exists nor how much of the password is right.
    ///
    /// - Parameters:
    ///   - realm: What the caller is asked to authenticate for.
    ///   - passwords: The passwords, by name.
    public init(realm: String = "martlet", passwords: [String: String]) {
        let digests = passwords.mapValues { SecretDigest(of: $0.utf8) }
        let nobody = SecretDigest(of: [])
        self.init(realm: realm) { name, password in
            let known = digests[name]
            let matches = (known ?? nobody).matches(SecretDigest(of: password.utf8))
            return matches && known != nil ? Identity(subject: name, scheme: "basic") : nil
        }
    }

    /// `Basic` with the realm, and the character set (RFC 7617 §2.1).
    public var challenge: String? {
        Challenge.make("Basic", [("realm", realm), ("charset", "UTF-8")])
    }

    /// Whom the request's name and password belong to.
    public func authenticate(_ request: Request, context: CallContext) async throws -> Identity? {
        guard let text = try AuthorizationField.credentials("Basic", in: request.headers) else {
            return nil
        }
        guard let bytes = Base64.decode(text.utf8, .standard),
            let pair = String(validating: bytes, as: UTF8.self),
            let colon = pair.utf8.firstIndex(of: UInt8(ascii: ":")),
            !pair.unicodeScalars.contains(where: { $0.value < 0x20 || $0.value == 0x7F })
        else {
            throw AuthenticationError("The basic credentials are malformed.")
        }
        let name = String(pair[..<colon])
        let password = String(pair[pair.utf8.index(after: colon)...])
        guard let identity = try await check(name, password) else {
            throw AuthenticationError("The name or the password is wrong.")
        }
        return identity
    }
}
