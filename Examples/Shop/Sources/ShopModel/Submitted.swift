/// A field of a submitted document: its value, or the fact that it is of another type.
///
/// A document whose fields are of this type decodes whatever they hold, so that ``Findings`` can
/// name every bad field at once instead of only the first.
package enum Submitted<Value: Decodable & Sendable>: Decodable, Sendable {
    /// The field is of its type.
    case value(Value)
    /// The field is of another type.
    case mistyped

    package init(from decoder: any Decoder) throws {
        do {
            self = .value(try decoder.singleValueContainer().decode(Value.self))
        } catch {
            self = .mistyped
        }
    }
}
