public import HTTPTypes

/// A value that a route answers with as JSON, with another status or header fields than usual.
///
/// ```swift
/// routes.post("/users") { request, _ in
///     JSONBody(user, status: .created, headers: [.location: "/users/\(user.id)"])
/// }
/// ```
public struct JSONBody<Value: Encodable & Sendable>: ResponseConvertible {
    /// What is encoded.
    public var value: Value

    /// The status.
    public var status: HTTPResponse.Status

    /// The header fields; `Content-Type` is added when it is not among them.
    public var headers: Headers

    /// Makes a body.
    public init(
        _ value: Value,
        status: HTTPResponse.Status = .ok,
        headers: Headers = Headers()
    ) {
        self.value = value
        self.status = status
        self.headers = headers
    }

    /// Encodes the value.
    ///
    /// - Throws: What ``JSON/encode(_:)`` throws.
    public func response(to request: Request) throws -> Response {
        try .json(value, status: status, headers: headers)
    }
}
