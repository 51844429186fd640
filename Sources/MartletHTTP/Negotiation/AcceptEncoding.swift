import HTTPTypes

/// What content codings a client can decode: the `Accept-Encoding` field (RFC 9110 §12.5.3).
///
/// At most 64 elements are read; broken ones are left out. `x-gzip` counts as `gzip` (§8.4.1.3).
public struct AcceptEncoding: Sendable {
    private var weights: [(coding: String, weight: Int)] = []

    /// Reads the field.
    ///
    /// Without the field a client may take any coding by the letter of the RFC, but those that
    /// decode say so; so only `identity` counts as acceptable.
    public init(_ headers: Headers) {
        guard let value = headers[.acceptEncoding] else { return }
        var reader = FieldValueReader(value)
        for preference in reader.preferences({ $0.token() }) {
            weights.append((AcceptEncoding.canonical(preference.value), preference.weight))
        }
    }

    /// How welcome a coding is: from 0, not acceptable, to 1000.
    ///
    /// `identity`, which is no coding at all, is always acceptable unless it is excluded; when it
    /// is not mentioned its weight is 1, so that every coding that is mentioned comes before it.
    public func weight(of coding: String) -> Int {
        let coding = AcceptEncoding.canonical(coding)
        if let own = weights.first(where: { $0.coding == coding }) {
            return own.weight
        }
        let others = weights.first { $0.coding == "*" }?.weight
        if coding == "identity" {
            return others == 0 ? 0 : 1
        }
        return others ?? 0
    }

    /// The coding to use of those that the server can make.
    ///
    /// - Parameter codings: The server's codings without `identity`, the best first.
    /// - Returns: The most welcome, the first of those that are alike; nil when the content should
    ///   be sent as it is.
    public func preferred(of codings: [String]) -> String? {
        var best: (coding: String, weight: Int)?
        for coding in codings {
            let weight = weight(of: coding)
            if weight > best?.weight ?? 0 {
                best = (coding, weight)
            }
        }
        guard let best, best.weight >= weight(of: "identity") else { return nil }
        return best.coding
    }

    private static func canonical(_ coding: String) -> String {
        let coding = coding.lowercased()
        return coding == "x-gzip" ? "gzip" : coding
    }
}
