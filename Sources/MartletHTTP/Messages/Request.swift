public import HTTPTypes

/// An HTTP request, of a server or a client.
///
/// A server's request is answered by returning a ``Response``; a client's is made with
/// ``init(_:_:headers:body:)`` and sent with ``HTTPClient``.
public struct Request: Sendable {
    /// The method.
    public var method: HTTPRequest.Method

    /// The request target in origin form: the path and the query as they were sent, such as
    /// `/users/42?full=1`; `*` for a server-wide OPTIONS; `host:port` for CONNECT.
    public var target: String

    /// The scheme: `http` or `https`.
    public var scheme: String

    /// The host, and the port when it is not the scheme's own, as in `example.com:8080`: of the
    /// target when that is absolute, else of the `Host` field.
    ///
    /// Empty for an HTTP/1.0 request without one.
    public var authority: String

    /// The header fields.
    ///
    /// `Host` is among them in a server's request.
    public var headers: Headers

    /// The content.
    public var body: Body

    /// The parameters of the route that matched.
    public var parameters: PathParameters

    /// The other end of the connection; nil for a request that did not come over one.
    public var peer: Peer?

    /// The name of the route that matched, such as `GET /users/{id}`: what to group metrics by.
    ///
    /// Set by the router; nil when none has matched.
    public var route: String?

    /// Makes a request to a server's handler, or to a client with a base address.
    ///
    /// - Parameters:
    ///   - method: The method.
    ///   - target: An origin-form target (`/path?query`), or an absolute URL
    ///     (`http://host:port/path`), which sets ``scheme`` and ``authority`` too.
    ///   - headers: The header fields; `Host` and the framing fields are added when it is sent.
    ///   - body: The content.
    public init(
        _ method: HTTPRequest.Method,
        _ target: String,
        headers: Headers = Headers(),
        body: Body = Body()
    ) {
        let parts = TargetParts(target)
        self.method = method
        self.target = parts.target
        self.scheme = parts.scheme ?? "http"
        self.authority = parts.authority ?? ""
        self.headers = headers
        self.body = body
        self.parameters = PathParameters()
        self.peer = nil
        self.route = nil
    }

    /// Makes the request that a server's parser has read; takes everything as it is.
    package init(
        parsedMethod method: HTTPRequest.Method,
        target: String,
        scheme: String,
        authority: String,
        headers: Headers,
        body: Body,
        peer: Peer?
    ) {
        self.method = method
        self.target = target
        self.scheme = scheme
        self.authority = authority
        self.headers = headers
        self.body = body
        self.parameters = PathParameters()
        self.peer = peer
        self.route = nil
    }

    /// The target up to the query: percent-encoded, as it was sent.
    public var path: Substring {
        guard let mark = target.utf8.firstIndex(of: UInt8(ascii: "?")) else {
            return target[...]
        }
        return target[..<mark]
    }

    /// The target after the first `?`, percent-encoded; nil when there is no `?`.
    public var rawQuery: Substring? {
        guard let mark = target.utf8.firstIndex(of: UInt8(ascii: "?")) else { return nil }
        return target[target.utf8.index(after: mark)...]
    }
}

/// The parts of an absolute URL or an origin-form target (RFC 9112 §3.2).
package struct TargetParts {
    package var scheme: String?
    package var authority: String?
    package var target: String

    /// Splits `text`.
    ///
    /// What does not begin with `http://` or `https://` is all target.
    package init(_ text: String) {
        let lowered = text.prefix(8).lowercased()
        let length: Int
        if lowered.hasPrefix("http://") {
            scheme = "http"
            length = 7
        } else if lowered.hasPrefix("https://") {
            scheme = "https"
            length = 8
        } else {
            scheme = nil
            authority = nil
            target = text
            return
        }
        let rest = text.dropFirst(length)
        let end = rest.firstIndex { $0 == "/" || $0 == "?" || $0 == "#" } ?? rest.endIndex
        authority = String(rest[..<end])
        let fragmentless = rest[end...].prefix { $0 != "#" }
        if fragmentless.isEmpty {
            target = "/"
        } else if fragmentless.first == "?" {
            target = "/" + fragmentless
        } else {
            target = String(fragmentless)
        }
    }
}
