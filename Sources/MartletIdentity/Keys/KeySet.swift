import MartletHTTP
public import NIOCore

/// Keys that tokens are checked with.
public struct KeySet: Sendable {
    /// The most keys of a set; those after are left out.
    public static let maximumKeys = 100

    /// The keys, in their order.
    public let keys: [VerificationKey]

    /// Counts the sets of one source, so that a newer one can be told apart.
    package var version = 0

    private let positions: [String: Int]

    /// Makes a set; of several keys with one name, the first holds.
    public init(_ keys: [VerificationKey]) {
        self.keys = Array(keys.prefix(Self.maximumKeys))
        var positions: [String: Int] = [:]
        for (position, key) in self.keys.enumerated() {
            guard let identifier = key.identifier, positions[identifier] == nil else { continue }
            positions[identifier] = position
        }
        self.positions = positions
    }

    /// Reads a JWK set (RFC 7517 §5).
    ///
    /// Keys of a kind that is not known, for encryption or too weak are left out, as the standard
    /// asks for.
    ///
    /// - Parameter json: The JSON text.
    /// - Throws: ``KeyError`` when it is not a set, or none of its keys can be used.
    public init(json: ByteBuffer) async throws {
        let set: JSONWebKeySet
        do {
            set = try JSON.decode(JSONWebKeySet.self, from: json)
        } catch {
            throw KeyError("The text is not a JWK set.", cause: error)
        }
        var keys: [VerificationKey] = []
        var problem: (any Error)?
        for element in set.keys.prefix(Self.maximumKeys) {
            guard let key = element.key else { continue }
            do {
                keys.append(try await VerificationKey(key))
            } catch {
                problem = problem ?? error
            }
        }
        guard !keys.isEmpty else {
            throw KeyError("The JWK set has no key that can be used.", cause: problem)
        }
        self.init(keys)
    }

    /// The key with this name.
    func key(_ identifier: String) -> VerificationKey? {
        positions[identifier].map { keys[$0] }
    }
}
