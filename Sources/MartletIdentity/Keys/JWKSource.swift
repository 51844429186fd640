/// Where a ``TokenVerifier`` gets its keys.
public protocol JWKSource: Sendable {
    /// The keys; asked for with every token, so it has to be quick when nothing has changed.
    ///
    /// - Throws: ``TokenError`` with code `keysUnavailable` when there are none.
    func keys() async throws -> KeySet

    /// The keys once more, because none of `known` has signed a token.
    ///
    /// Anybody can make up a token with an unknown key, so a source fetches no more often for that
    /// than it has a limit for; else it returns what it has.
    func keys(after known: KeySet) async throws -> KeySet
}

/// Keys that never change.
public struct StaticJWKSource: JWKSource {
    private let set: KeySet

    /// Makes a source.
    public init(_ keys: [VerificationKey]) {
        set = KeySet(keys)
    }

    /// The keys.
    public func keys() async throws -> KeySet { set }

    /// The same keys.
    public func keys(after known: KeySet) async throws -> KeySet { set }
}
