/// Who makes a call, as an authentication middleware has established it.
public struct Identity: Sendable {
    /// The caller's stable name: a user, a service, a key's owner.
    public var subject: String { storage.subject }

    /// How the caller proved it: `bearer`, `basic`, `api-key`, `mtls`.
    public var scheme: String { storage.scheme }

    /// What else is known of the caller, by claim name (RFC 7519 §4).
    public var claims: [String: Claim] { storage.claims }

    private let storage: Storage

    /// Makes an identity.
    public init(subject: String, scheme: String, claims: [String: Claim] = [:]) {
        self.storage = Storage(subject: subject, scheme: scheme, claims: claims)
    }

    /// One reference, so that a context with an identity stays cheap to copy.
    private final class Storage: Sendable {
        let subject: String
        let scheme: String
        let claims: [String: Claim]

        init(subject: String, scheme: String, claims: [String: Claim]) {
            self.subject = subject
            self.scheme = scheme
            self.claims = claims
        }
    }

    /// The value of a claim.
    public enum Claim: Hashable, Sendable {
        /// A string.
        case string(String)
        /// A whole number.
        case integer(Int)
        /// A number with a fraction.
        case number(Double)
        /// True or false.
        case boolean(Bool)
        /// Several values, such as roles or scopes.
        case list([Claim])
        /// A nested object.
        case object([String: Claim])
        /// JSON's null.
        case null
    }
}
