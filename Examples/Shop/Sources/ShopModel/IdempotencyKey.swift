package import Martlet

/// The `Idempotency-Key` of a request: the same key never has an effect twice
/// (draft-ietf-httpapi-idempotency-key-header).
package enum IdempotencyKey {
    /// The field's name.
    package static let field = HTTPField.Name("Idempotency-Key") ?? .ifMatch

    /// The longest key: 255 characters.
    package static let limit = 255

    /// The key that a request carries, or nil when it has none.
    ///
    /// - Throws: ``HTTPError`` with 400 when the key is empty, too long or not printable ASCII.
    package static func read(_ request: Request) throws -> String? {
        guard let key = request.headers[field] else { return nil }
        let isPrintable = key.utf8.allSatisfy { (0x21...0x7E).contains($0) }
        guard !key.isEmpty, key.utf8.count <= limit, isPrintable else {
            throw HTTPError(
                .badRequest,
                detail: "Idempotency-Key must be 1 to \(limit) printable ASCII characters.",
                fields: [HTTPError.FieldError("Idempotency-Key", "is not valid")]
            )
        }
        return key
    }
}
