import HTTPTypes

/// Collects everything that is wrong with a value, field by field.
///
/// ```swift
/// try Validator.validate { check in
///     check("email", user.email, .email)
///     check("name", user.name, .notBlank, .length(1...80))
///     check.each("items", order.items) { check, item in
///         check("quantity", item.quantity, .range(1...100))
///     }
/// }
/// ```
///
/// All bad fields are named in one `HTTPError` 400, each with the first rule that does not hold.
public struct Validator: Sendable {
    /// The most bad fields that are named; checking goes on without a note of those after.
    public static let maximumErrors = 100

    /// What is wrong so far.
    public private(set) var errors: [HTTPError.FieldError] = []

    private var path = ""

    /// Makes a validator that has found nothing.
    public init() {}

    /// Runs checks and throws when any field is bad.
    ///
    /// - Throws: ``HTTPError`` with 400 and every bad field; what `checks` throws.
    public static func validate(_ checks: (inout Validator) throws -> Void) throws {
        var validator = Validator()
        try checks(&validator)
        try validator.finish()
    }

    /// Throws when any field is bad.
    ///
    /// - Throws: ``HTTPError`` with 400 and every bad field.
    public func finish() throws {
        guard !errors.isEmpty else { return }
        let fields = errors.count == 1 ? "1 field is" : "\(errors.count) fields are"
        throw HTTPError(.badRequest, detail: "\(fields) not as expected.", fields: errors)
    }

    /// Checks a field by rules.
    public mutating func callAsFunction<Value>(
        _ field: String,
        _ value: Value,
        _ rules: ValidationRule<Value>...
    ) {
        check(field, value, rules)
    }

    /// Checks a field by rules when it is there.
    public mutating func callAsFunction<Value>(
        _ field: String,
        ifPresent value: Value?,
        _ rules: ValidationRule<Value>...
    ) {
        if let value { check(field, value, rules) }
    }

    /// Checks that a field is there, and then by rules.
    public mutating func callAsFunction<Value>(
        _ field: String,
        required value: Value?,
        _ rules: ValidationRule<Value>...
    ) {
        guard let value else {
            fail(field, "is missing")
            return
        }
        check(field, value, rules)
    }

    /// Checks the fields of an object inside of a field: `address.street`.
    public mutating func nested(_ field: String, _ checks: (inout Validator) -> Void) {
        let outer = path
        path = outer + field + "."
        checks(&self)
        path = outer
    }

    /// Checks the fields of every element of a list: `items[0].quantity`.
    public mutating func each<Elements: Sequence>(
        _ field: String,
        _ elements: Elements,
        _ checks: (inout Validator, Elements.Element) -> Void
    ) {
        for (position, element) in elements.enumerated() {
            nested("\(field)[\(position)]") { checks(&$0, element) }
        }
    }

    /// Says that a field is bad, for what no rule expresses.
    public mutating func fail(_ field: String, _ reason: String) {
        guard errors.count < Self.maximumErrors else { return }
        errors.append(HTTPError.FieldError(path + field, reason))
    }

    mutating func check<Value>(_ field: String, _ value: Value, _ rules: [ValidationRule<Value>]) {
        if let broken = rules.first(where: { !$0.isSatisfied(by: value) }) {
            fail(field, broken.reason)
        }
    }
}
