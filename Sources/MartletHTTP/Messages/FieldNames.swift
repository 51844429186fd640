package import HTTPTypes

extension HTTPField.Name {
    /// `Host` (RFC 9110 §7.2), which swift-http-types leaves to the request's authority.
    package static let hostField = known("Host")

    /// A name that is known to be a token.
    package static func known(_ name: StaticString) -> HTTPField.Name {
        guard let name = HTTPField.Name(name.description) else {
            preconditionFailure("'\(name)' is not a field name.")
        }
        return name
    }
}
