import MartletCore

/// Any JSON value, decoded as an identity's claim.
struct DecodedClaim: Decodable {
    let claim: Identity.Claim

    init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        if let text = try? container.decode(String.self) {
            claim = .string(text)
        } else if let number = try? container.decode(Int.self) {
            claim = .integer(number)
        } else if let list = try? container.decode([DecodedClaim].self) {
            claim = .list(list.map(\.claim))
        } else if let truth = try? container.decode(Bool.self) {
            claim = .boolean(truth)
        } else if let number = try? container.decode(Double.self) {
            claim = .number(number)
        } else if container.decodeNil() {
            claim = .null
        } else {
            claim = .object(try container.decode([String: DecodedClaim].self).mapValues(\.claim))
        }
    }
}
