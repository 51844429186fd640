import HTTPTypes

/// What media types a client wants: the `Accept` field (RFC 9110 §12.5.1).
///
/// At most 64 elements are read; broken ones are left out. A field without any usable element
/// counts as absent, and then everything is acceptable alike.
public struct Accept: Sendable {
    private struct MediaRange {
        var type: MediaType
        var weight: Int

        /// How specific the range is for a type, or nil when it does not match.
        func specificity(for offer: MediaType) -> Int? {
            if type.type == "*" { return 0 }
            guard type.type == offer.type else { return nil }
            if type.subtype == "*" { return 1 }
            guard type.subtype == offer.subtype, offer.hasParameters(of: type) else { return nil }
            return 2 + type.parameters.count
        }
    }

    private var ranges: [MediaRange] = []

    /// Reads the field.
    public init(_ headers: Headers) {
        guard let value = headers[.accept] else { return }
        var reader = FieldValueReader(value)
        let preferences = reader.preferences { reader in
            guard let type = reader.token(), reader.skip("/"), let subtype = reader.token(),
                type != "*" || subtype == "*"
            else { return nil }
            return "\(type)/\(subtype)"
        }
        for preference in preferences {
            let parts = preference.value.split(separator: "/")
            let type = MediaType(
                String(parts[0]),
                String(parts[1]),
                parameters: preference.parameters
            )
            ranges.append(MediaRange(type: type, weight: preference.weight))
        }
    }

    /// How welcome a media type is: from 0, not acceptable, to 1000.
    ///
    /// The most specific range that matches says so: `text/html;level=1` before `text/html` before
    /// `text/*` before `*/*`.
    public func weight(of type: MediaType) -> Int {
        guard !ranges.isEmpty else { return 1000 }
        var best = (specificity: -1, weight: 0)
        for range in ranges {
            if let specificity = range.specificity(for: type), specificity > best.specificity {
                best = (specificity, range.weight)
            }
        }
        return best.weight
    }

    /// The most welcome of several media types, the first of those that are alike; nil when none
    /// is acceptable.
    public func preferred(of offers: [MediaType]) -> MediaType? {
        var best: (offer: MediaType, weight: Int)?
        for offer in offers {
            let weight = weight(of: offer)
            if weight > best?.weight ?? 0 {
                best = (offer, weight)
            }
        }
        return best?.offer
    }
}
