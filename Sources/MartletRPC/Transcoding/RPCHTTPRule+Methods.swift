import HTTPTypes

/// The rules by the names of their methods, as generated code writes them.
extension RPCHTTPRule {
    /// A rule for `GET`.
    public static func get(_ path: String, responseBody: String? = nil) -> Self {
        Self(method: .get, path: path, responseBody: responseBody)
    }

    /// A rule for `PUT`.
    public static func put(
        _ path: String,
        body: String? = nil,
        responseBody: String? = nil
    ) -> Self {
        Self(method: .put, path: path, body: body, responseBody: responseBody)
    }

    /// A rule for `POST`.
    public static func post(
        _ path: String,
        body: String? = nil,
        responseBody: String? = nil
    ) -> Self {
        Self(method: .post, path: path, body: body, responseBody: responseBody)
    }

    /// A rule for `DELETE`.
    public static func delete(
        _ path: String,
        body: String? = nil,
        responseBody: String? = nil
    ) -> Self {
        Self(method: .delete, path: path, body: body, responseBody: responseBody)
    }

    /// A rule for `PATCH`.
    public static func patch(
        _ path: String,
        body: String? = nil,
        responseBody: String? = nil
    ) -> Self {
        Self(method: .patch, path: path, body: body, responseBody: responseBody)
    }

    /// A rule for another method, by its name, or for any, whose name is `*`.
    public static func custom(
        _ method: String,
        _ path: String,
        body: String? = nil,
        responseBody: String? = nil
    ) -> Self {
        guard method != "*" else {
            return Self(method: nil, path: path, body: body, responseBody: responseBody)
        }
        let name = HTTPRequest.Method(rawValue: method)
        precondition(name != nil, "a method of HTTP is a token, and '\(method)' is none")
        return Self(method: name, path: path, body: body, responseBody: responseBody)
    }
}
