public import HTTPTypes

/// What a route's closure may return: anything that knows how to become a ``Response``.
///
/// ``Response``, `String` (plain text), `HTTPResponse.Status` (no content), ``JSONBody`` and the
/// optionals of all of them (nil is 404) conform. Conform your own type when it has a natural
/// rendering:
///
/// ```swift
/// extension Invoice: ResponseConvertible {
///     func response(to request: Request) throws -> Response {
///         try .json(self, status: isPaid ? .ok : .accepted)
///     }
/// }
/// ```
public protocol ResponseConvertible: Sendable {
    /// Makes the response.
    ///
    /// - Parameter request: The request that is answered, for content negotiation.
    /// - Returns: The response to send.
    /// - Throws: ``HTTPError`` to answer with another status; anything else is answered with 500.
    func response(to request: Request) throws -> Response
}

extension Response: ResponseConvertible {
    /// The response itself.
    public func response(to request: Request) -> Response { self }
}

extension String: ResponseConvertible {
    /// The string as `text/plain` in UTF-8, with 200.
    public func response(to request: Request) -> Response { Response(self) }
}

extension HTTPResponse.Status: ResponseConvertible {
    /// A response with this status and no content.
    public func response(to request: Request) -> Response { Response(self) }
}

extension Optional: ResponseConvertible where Wrapped: ResponseConvertible {
    /// The wrapped value's response; 404 when there is none.
    ///
    /// - Throws: ``HTTPError`` with 404 for nil; what the wrapped value throws.
    public func response(to request: Request) throws -> Response {
        guard let self else { throw HTTPError(.notFound) }
        return try self.response(to: request)
    }
}
