package import HTTPTypes

/// The head of a request as it was read.
package struct RequestHead: Sendable {
    /// The method.
    package var method: HTTPRequest.Method
    /// The target in origin form, `*`, or `host:port` for CONNECT.
    package var target: String
    /// The scheme of an absolute target; nil for the other forms.
    package var scheme: String?
    /// The authority: of an absolute target, else of `Host`.
    package var authority: String
    /// The minor version: 0 or 1.
    package var minorVersion: UInt8
    /// The header fields.
    package var headers: Headers
    /// How the content is framed.
    package var framing: BodyFraming
    /// Whether the connection may serve another request.
    package var keepsAlive: Bool
    /// Whether the client waits for 100 before it sends the content.
    package var expectsContinue: Bool
    /// Whether the client asks for another protocol.
    package var asksForUpgrade: Bool
}
