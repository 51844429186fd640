public import HTTPTypes

/// How a method can be called as HTTP with JSON: what a `google.api.http` annotation says.
///
/// ```swift
/// RPCHTTPRule(method: .get, path: "/v1/{name=shelves/*/books/*}")
/// RPCHTTPRule(method: .post, path: "/v1/messages:send", body: "*")
/// ```
///
/// A method with `additional_bindings` has several. A rule is checked when its method is
/// registered: a path that is no template, a field that the request does not have, and two rules
/// for the same requests are mistakes that stop the program and are named.
public struct RPCHTTPRule: Hashable, Sendable {
    /// The HTTP method; nil for any, which an annotation writes as the custom kind `*`.
    public var method: HTTPRequest.Method?

    /// The path's template: literals, `*`, `**` at the end, `{field}`, `{field=segments}`, and a
    /// `:verb` after all (`google/api/http.proto`, "Path template syntax").
    public var path: String

    /// The request's field that the body is; `*` for all that the path does not have; nil for no
    /// body.
    public var body: String?

    /// The response's field that is answered alone; nil for the whole response.
    public var responseBody: String?

    /// Makes a rule.
    ///
    /// - Parameters:
    ///   - method: The HTTP method; nil for any.
    ///   - path: The path's template.
    ///   - body: The request's field that the body is, `*`, or nil.
    ///   - responseBody: The response's field that is answered, or nil.
    public init(
        method: HTTPRequest.Method?,
        path: String,
        body: String? = nil,
        responseBody: String? = nil
    ) {
        self.method = method
        self.path = path
        self.body = body
        self.responseBody = responseBody
    }
}

extension RPCHTTPRule: CustomStringConvertible {
    /// The method and the path, as in `GET /v1/users/{id}`; `ANY` stands for any method.
    public var description: String { "\(method?.rawValue ?? "ANY") \(path)" }
}
