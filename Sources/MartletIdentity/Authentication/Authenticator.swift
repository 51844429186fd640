public import MartletCore
public import MartletHTTP

/// One way to prove who makes a request.
public protocol Authenticator: Sendable {
    /// Who makes the request.
    ///
    /// - Returns: The caller; nil when the request has no credentials of this kind.
    /// - Throws: ``AuthenticationError`` when it has some and they are not accepted; any other
    ///   error when they cannot be checked.
    func authenticate(_ request: Request, context: CallContext) async throws -> Identity?

    /// What `WWW-Authenticate` says to a caller without credentials, such as
    /// `Bearer realm="shop"`; nil when it cannot be asked for.
    var challenge: String? { get }
}
