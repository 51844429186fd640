public import HTTPTypes

/// An HTTP response, of a server or a client.
public struct Response: Sendable {
    /// The status code and its reason phrase.
    public var status: HTTPResponse.Status

    /// The header fields.
    ///
    /// The server adds `Date`, `Content-Length` or `Transfer-Encoding`, and `Connection` where they
    /// are needed.
    public var headers: Headers

    /// The content.
    public var body: Body

    /// What to do with the connection once this response's head is sent; set by ``upgrade(to:_:)``.
    package var upgrade: ConnectionUpgrade?

    /// Makes a response.
    public init(
        _ status: HTTPResponse.Status = .ok,
        headers: Headers = Headers(),
        body: Body = Body()
    ) {
        self.status = status
        self.headers = headers
        self.body = body
        self.upgrade = nil
    }

    /// Makes a plain-text response.
    public init(_ text: String) {
        self.init(.ok, headers: Self.plainText, body: Body(text))
    }

    /// One shared value, so that answering with text does not build a header block each time.
    private static let plainText: Headers = [.contentType: "text/plain; charset=utf-8"]
}

/// What an upgraded connection becomes.
///
/// A class, because a response is handed on more often than a connection is upgraded.
package final class ConnectionUpgrade: Sendable {
    /// The protocol's name for the `Upgrade` field; nil for CONNECT.
    package let protocolName: String?
    /// Runs the connection until it returns; then the connection is closed.
    package let run: @Sendable (UpgradedConnection) async throws -> Void

    package init(
        protocolName: String?,
        run: @escaping @Sendable (UpgradedConnection) async throws -> Void
    ) {
        self.protocolName = protocolName
        self.run = run
    }
}

/// A connection after an upgrade or a CONNECT: bytes in, bytes out (RFC 9110 §7.8, §9.3.6).
public struct UpgradedConnection: Sendable {
    /// What arrives, until the peer closes its half.
    public let inbound: Body
    /// Where to write; suspends while the peer does not read.
    public let outbound: BodyWriter

    package init(inbound: Body, outbound: BodyWriter) {
        self.inbound = inbound
        self.outbound = outbound
    }
}

extension Response {
    /// Answers 101 and hands the connection over to another protocol.
    ///
    /// Over HTTP/2 the request is an extended CONNECT (RFC 8441), the answer 200, and what is
    /// handed over is the stream: DATA frames both ways. Returning ends it, throwing resets it.
    ///
    /// - Parameters:
    ///   - protocolName: What `Upgrade` says, such as `websocket`.
    ///   - headers: Further fields of the 101 response.
    ///   - run: Runs the connection; the connection closes when it returns or throws.
    /// - Returns: The response to return from the handler.
    public static func upgrade(
        to protocolName: String,
        headers: Headers = Headers(),
        _ run: @escaping @Sendable (UpgradedConnection) async throws -> Void
    ) -> Response {
        var response = Response(.switchingProtocols, headers: headers)
        response.upgrade = ConnectionUpgrade(protocolName: protocolName, run: run)
        return response
    }

    /// Answers a CONNECT with 200 and makes the connection a tunnel; over HTTP/2, the stream.
    public static func tunnel(
        _ run: @escaping @Sendable (UpgradedConnection) async throws -> Void
    ) -> Response {
        var response = Response(.ok)
        response.upgrade = ConnectionUpgrade(protocolName: nil, run: run)
        return response
    }
}
