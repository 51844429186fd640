public import HTTPTypes
public import MartletCore
public import MartletHTTP

/// Accepts keys in a header field, or in the query where nothing else is possible.
///
/// A key is compared by its SHA-256 with all keys, in a time that does not depend on which one it
/// is or how much of it is right. Plain SHA-256 is enough because keys are random; passwords
/// that people choose need ``BasicAuthenticator`` with a slow hash.
public struct APIKeyAuthenticator: Authenticator {
    /// Where a key is looked for.
    public struct Location: Sendable {
        fileprivate enum Kind: Sendable {
            case header(HTTPField.Name)
            case query(String)
        }
        fileprivate let kind: Kind

        /// A header field, such as `X-API-Key`.
        public static func header(_ name: HTTPField.Name) -> Location {
            Location(kind: .header(name))
        }

        /// A parameter of the query: it ends up in logs and histories; avoid it.
        public static func query(_ name: String) -> Location {
            Location(kind: .query(name))
        }
    }

    private let keys: [APIKey]
    private let location: Location

    /// Makes an authenticator.
    ///
    /// - Parameters:
    ///   - keys: The keys that are accepted.
    ///   - location: Where a key is looked for; `X-API-Key` by default.
    public init(_ keys: [APIKey], in location: Location = .header(.xAPIKey)) {
        self.keys = keys
        self.location = location
    }

    /// `ApiKey` with the place to put it, which is no registered scheme but widely used.
    public var challenge: String? {
        switch location.kind {
        case .header(let name): Challenge.make("ApiKey", [("header", name.rawName)])
        case .query(let name): Challenge.make("ApiKey", [("query", name)])
        }
    }

    /// The owner of the request's key.
    public func authenticate(_ request: Request, context: CallContext) async throws -> Identity? {
        let sent = sentKeys(request)
        guard let key = sent.first else { return nil }
        guard sent.count == 1 else {
            throw AuthenticationError("The request has several API keys.")
        }
        let digest = SecretDigest(of: key.utf8)
        var owner: Identity?
        for key in keys where key.digest.matches(digest) { owner = key.identity }
        guard let owner else { throw AuthenticationError("The API key is not known.") }
        return owner
    }

    private func sentKeys(_ request: Request) -> [String] {
        switch location.kind {
        case .header(let name):
            return request.headers.values(of: name)
        case .query(let name):
            guard let query = request.rawQuery else { return [] }
            return query.split(separator: "&").compactMap { pair in
                let parts = pair.split(separator: "=", maxSplits: 1)
                guard parts.count == 2,
                    PercentCoding.decode(parts[0], plusIsSpace: true) == name
                else { return nil }
                return PercentCoding.decode(parts[1], plusIsSpace: true) ?? ""
            }
        }
    }
}
