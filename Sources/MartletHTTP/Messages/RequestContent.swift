package import HTTPTypes

/// What a request holds, by reference: a request goes through many layers, and each would
/// otherwise copy a dozen references.
// Sound because `Request` changes one only when it holds the only reference to it, and a server
// only before there is a `Request`.
package final class RequestContent: @unchecked Sendable {
    @exclusivity(unchecked) package var method: HTTPRequest.Method
    @exclusivity(unchecked) package var target: String
    @exclusivity(unchecked) var scheme: String
    @exclusivity(unchecked) var authority: String
    @exclusivity(unchecked) package var headers: Headers
    @exclusivity(unchecked) package var body: Body
    @exclusivity(unchecked) var peer: Peer?
    @exclusivity(unchecked) var parameters = PathParameters()
    /// The protocol that an extended CONNECT of HTTP/2 asks for (RFC 8441).
    @exclusivity(unchecked) var connectProtocol: String?

    package init(
        method: HTTPRequest.Method,
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
        self.peer = peer
    }

    func copy() -> RequestContent {
        let copy = RequestContent(
            method: method,
            target: target,
            scheme: scheme,
            authority: authority,
            headers: headers,
            body: body,
            peer: peer
        )
        copy.parameters = parameters
        copy.connectProtocol = connectProtocol
        return copy
    }
}
