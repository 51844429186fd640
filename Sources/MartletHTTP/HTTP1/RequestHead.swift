package import HTTPTypes

/// The head of a request as it was read.
package struct RequestHead: Sendable {
    /// The method, the target, the authority and the fields: what the request is going to hold, so
    /// that they are written down once.
    package let content: RequestContent
    /// The scheme of an absolute target; nil for the other forms.
    package var scheme: String?
    /// The minor version: 0 or 1.
    package var minorVersion: UInt8
    /// How the content is framed.
    package var framing: BodyFraming
    /// Whether the connection may serve another request.
    package var keepsAlive: Bool
    /// Whether the client waits for 100 before it sends the content.
    package var expectsContinue: Bool
    /// Whether the client asks for another protocol.
    package var asksForUpgrade: Bool

    /// The method.
    package var method: HTTPRequest.Method { content.method }
    /// The target in origin form, `*`, or `host:port` for CONNECT.
    package var target: String { content.target }
    /// The authority: of an absolute target, else of `Host`.
    package var authority: String { content.authority }
    /// The header fields.
    package var headers: Headers { content.headers }
}
