package import HTTPTypes

/// The head of an HTTP/2 request (RFC 9113 §8.3.1).
package struct HTTP2RequestHead: Sendable {
    /// The method, the scheme, the authority, the target and the fields; no body and no peer yet.
    ///
    /// The target is `:path`; for a CONNECT without `:protocol`, `:authority`. `Host` is among the
    /// fields whenever there is an authority.
    package let content: RequestContent
    /// The protocol that an extended CONNECT asks for (RFC 8441); nil for any other request.
    package let protocolName: String?
    /// The value of `Content-Length`; nil without one.
    package let contentLength: Int?
    /// Whether the client waits for 100 before it sends the content.
    package let expectsContinue: Bool
    /// Whether it expects something else, which no server here can meet: 417.
    package let expectsOther: Bool

    /// The method.
    package var method: HTTPRequest.Method { content.method }
    /// The scheme, in lower case; empty for a CONNECT without a protocol.
    package var scheme: String { content.scheme }
    /// The target.
    package var target: String { content.target }
    /// The authority; empty without one.
    package var authority: String { content.authority }
    /// The header fields.
    package var headers: Headers { content.headers }
}

/// The head of an HTTP/2 response (RFC 9113 §8.3.2); informational ones are heads too.
package struct HTTP2ResponseHead: Sendable {
    /// The status code; HTTP/2 has no reason phrases.
    package let status: HTTPResponse.Status
    /// The header fields.
    package let headers: Headers
    /// The value of `Content-Length`; nil without one.
    package let contentLength: Int?
}
