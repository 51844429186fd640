import HTTPTypes

/// What languages a client's user reads: the `Accept-Language` field (RFC 9110 §12.5.4).
///
/// At most 64 elements are read; broken ones are left out. Ranges match by basic filtering
/// (RFC 4647 §3.3.1): `de` matches `de-CH`, and `de-CH` does not match `de`.
public struct AcceptLanguage: Sendable {
    private var weights: [(range: String, weight: Int)] = []

    /// Reads the field.
    public init(_ headers: Headers) {
        guard let value = headers[.acceptLanguage] else { return }
        var reader = FieldValueReader(value)
        for preference in reader.preferences({ $0.token() }) {
            weights.append((preference.value.lowercased(), preference.weight))
        }
    }

    /// How welcome a language is: from 0, not acceptable, to 1000.
    ///
    /// The longest range that matches says so; without a usable field every language is welcome.
    public func weight(of tag: String) -> Int {
        guard !weights.isEmpty else { return 1000 }
        let tag = tag.lowercased()
        var best = (length: -1, weight: 0)
        for (range, weight) in weights {
            let length = range == "*" ? 0 : range.utf8.count
            let matches = range == "*" || tag == range || tag.hasPrefix(range + "-")
            if matches, length > best.length {
                best = (length, weight)
            }
        }
        return best.weight
    }

    /// The most welcome of several languages, the first of those that are alike; nil when none is
    /// acceptable.
    ///
    /// A page in the wrong language is better than none: fall back to a default for nil.
    public func preferred(of tags: [String]) -> String? {
        var best: (tag: String, weight: Int)?
        for tag in tags {
            let weight = weight(of: tag)
            if weight > best?.weight ?? 0 {
                best = (tag, weight)
            }
        }
        return best?.tag
    }
}
