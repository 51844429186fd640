/// A value that can say everything that is wrong with it.
///
/// ```swift
/// struct NewUser: Decodable, Validatable {
///     var name: String
///     var email: String
///
///     func validate(_ check: inout Validator) {
///         check("name", name, .notBlank, .length(1...80))
///         check("email", email, .email)
///     }
/// }
/// let user = try await request.validJSON(as: NewUser.self)
/// ```
public protocol Validatable {
    /// Checks every field.
    func validate(_ check: inout Validator)
}

extension Request {
    /// Decodes the JSON content and checks it.
    ///
    /// - Parameters:
    ///   - type: What to decode.
    ///   - limit: The most bytes to accept.
    /// - Returns: A value with nothing wrong.
    /// - Throws: What `json(as:upTo:)` throws, and ``HTTPError`` with 400 that names every field
    ///   that is bad.
    public func validJSON<Value: Decodable & Validatable>(
        as type: Value.Type = Value.self,
        upTo limit: Int = Request.defaultJSONLimit
    ) async throws -> Value {
        let value = try await json(as: type, upTo: limit)
        try Validator.validate { value.validate(&$0) }
        return value
    }
}
