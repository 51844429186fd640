import HTTPTypes
import MartletHTTP

/// The credentials of an `Authorization` field (RFC 9110 §11.6.2).
enum AuthorizationField {
    /// What stands after a scheme, which is compared without case; nil when the field is absent or
    /// of another scheme.
    ///
    /// - Throws: ``AuthenticationError`` when the field is there twice.
    static func credentials(
        _ scheme: String,
        in headers: Headers
    ) throws(AuthenticationError) -> Substring? {
        let values = headers.values(of: .authorization)
        guard let value = values.first else { return nil }
        guard values.count == 1 else {
            throw AuthenticationError("The request has several Authorization fields.")
        }
        guard let space = value.utf8.firstIndex(of: UInt8(ascii: " ")) else { return nil }
        guard value[..<space].lowercased() == scheme.lowercased() else { return nil }
        return value[space...].drop { $0 == " " }
    }
}
