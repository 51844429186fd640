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
}

/// The head of an HTTP/2 response (RFC 9113 §8.3.2); informational ones are heads too.
package struct HTTP2ResponseHead: Sendable {
    /// The status code, with the registered reason phrase.
    package let status: HTTPResponse.Status
    /// The header fields.
    package let headers: Headers
    /// The value of `Content-Length`; nil without one.
    package let contentLength: Int?
}
