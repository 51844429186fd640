import Martlet

/// What is wrong with a submitted document: gathers every bad field, then throws them all.
package struct Findings: Sendable {
    private var fields: [HTTPError.FieldError] = []

    package init() {}

    /// Notes that a field is bad.
    package mutating func add(_ field: String, _ reason: String) {
        fields.append(HTTPError.FieldError(field, reason))
    }

    /// The value of a field that must be there and of its type.
    package mutating func value<Value>(_ submitted: Submitted<Value>?, _ field: String) -> Value? {
        switch submitted {
        case .value(let value):
            return value
        case .mistyped:
            add(field, "must be \(Self.name(of: Value.self))")
        case nil:
            add(field, "is missing")
        }
        return nil
    }

    /// A text that is not blank and has at most `limit` characters, without control characters.
    package mutating func text(
        _ submitted: Submitted<String>?,
        _ field: String,
        upTo limit: Int
    ) -> String? {
        guard let text = value(submitted, field) else { return nil }
        guard text.contains(where: { !$0.isWhitespace }) else {
            add(field, "must not be empty")
            return nil
        }
        guard text.count <= limit else {
            add(field, "must have at most \(limit) characters")
            return nil
        }
        guard !text.unicodeScalars.contains(where: { $0.properties.generalCategory == .control })
        else {
            add(field, "must not contain control characters")
            return nil
        }
        return text
    }

    /// A whole number within a range.
    package mutating func integer(
        _ submitted: Submitted<Int>?,
        _ field: String,
        in range: ClosedRange<Int>
    ) -> Int? {
        guard let number = value(submitted, field) else { return nil }
        guard range.contains(number) else {
            add(field, "must be from \(range.lowerBound) to \(range.upperBound)")
            return nil
        }
        return number
    }

    /// A card number: 8 to 19 digits (ISO/IEC 7812-1), which spaces and dashes may group.
    package mutating func card(_ submitted: Submitted<String>?, _ field: String) -> CardNumber? {
        guard let text = value(submitted, field) else { return nil }
        guard let card = CardNumber(text) else {
            add(field, "must be a card number of 8 to 19 digits")
            return nil
        }
        return card
    }

    /// Refuses the document when a field is bad.
    ///
    /// - Throws: ``HTTPError`` with 400 that names every bad field.
    package func check() throws {
        guard !fields.isEmpty else { return }
        let names = fields.map(\.field).joined(separator: ", ")
        throw HTTPError(
            .badRequest,
            detail: "These fields are not right: \(names).",
            fields: fields
        )
    }

    private static func name(of type: Any.Type) -> String {
        switch type {
        case is String.Type: "a string"
        case is Int.Type: "a whole number"
        case is any RangeReplaceableCollection.Type: "a list"
        default: "an object"
        }
    }
}
