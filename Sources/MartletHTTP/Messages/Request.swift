public import HTTPTypes

/// An HTTP request, of a server or a client.
///
/// A server's request is answered by returning a ``Response``; a client's is made with
/// ``init(_:_:headers:body:)`` and sent with ``HTTPClient``.
public struct Request: Sendable {
    private(set) var content: RequestContent

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
        self.init(
            parsedMethod: method,
            target: parts.target,
            scheme: parts.scheme ?? "http",
            authority: parts.authority ?? "",
            headers: headers,
            body: body,
            peer: nil
        )
    }

    /// Makes a request of its parts; takes everything as it is.
    package init(
        parsedMethod method: HTTPRequest.Method,
        target: String,
        scheme: String,
        authority: String,
        headers: Headers,
        body: Body,
        peer: Peer?
    ) {
        content = RequestContent(
            method: method,
            target: target,
            scheme: scheme,
            authority: authority,
            headers: headers,
            body: body,
            peer: peer
        )
    }

    /// Makes the request that a server's parser has read.
    init(_ content: RequestContent) {
        self.content = content
    }
}

// MARK: - What it says

extension Request {
    /// The method.
    public var method: HTTPRequest.Method {
        get { content.method }
        set { own { $0.method = newValue } }
    }

    /// The request target in origin form.
    ///
    /// That is the path and the query as they were sent, such as `/users/42?full=1`; `*` for a
    /// server-wide OPTIONS; `host:port` for CONNECT.
    public var target: String {
        get { content.target }
        set { own { $0.target = newValue } }
    }

    /// The scheme: `http` or `https`.
    public var scheme: String {
        get { content.scheme }
        set { own { $0.scheme = newValue } }
    }

    /// The host, and the port when it is not the scheme's own, as in `example.com:8080`.
    ///
    /// It is that of the target when the target is absolute, else of the `Host` field; empty for
    /// an HTTP/1.0 request without one.
    public var authority: String {
        get { content.authority }
        set { own { $0.authority = newValue } }
    }

    /// The header fields.
    ///
    /// `Host` is among them in a server's request.
    public var headers: Headers {
        get { content.headers }
        _modify {
            makeUnique()
            yield &content.headers
        }
    }

    /// The content.
    public var body: Body {
        get { content.body }
        set { own { $0.body = newValue } }
    }

    /// The other end of the connection; nil for a request that did not come over one.
    public var peer: Peer? {
        get { content.peer }
        set { own { $0.peer = newValue } }
    }

    /// The parameters of the route that matched.
    public internal(set) var parameters: PathParameters {
        get { content.parameters }
        set { own { $0.parameters = newValue } }
    }

    /// The name of the route that matched, such as `GET /users/{id}`.
    ///
    /// It is what to group metrics by. Set by the router; nil when none has matched.
    public var route: String? {
        get { parameters.route?.name }
        set { parameters.route = newValue.map { RouteName($0) } }
    }

    /// Sets ``route`` to a name that was made once.
    package mutating func setRoute(_ name: RouteName) {
        own { $0.parameters.route = name }
    }

    private mutating func own(_ change: (RequestContent) -> Void) {
        makeUnique()
        change(content)
    }

    private mutating func makeUnique() {
        if !isKnownUniquelyReferenced(&content) {
            content = content.copy()
        }
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
