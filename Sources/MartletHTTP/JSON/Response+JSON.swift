public import HTTPTypes
import NIOCore

extension Response {
    /// Makes a response with a value as its JSON content.
    ///
    /// - Parameters:
    ///   - value: What is encoded.
    ///   - status: The status.
    ///   - headers: Further header fields; `Content-Type: application/json` is added when it is
    ///     not among them.
    /// - Returns: The response.
    /// - Throws: What ``JSON/encode(_:)`` throws.
    public static func json(
        _ value: some Encodable,
        status: HTTPResponse.Status = .ok,
        headers: Headers = Headers()
    ) throws -> Response {
        let body = Body(try JSON.encode(value))
        guard !headers.isEmpty else {
            return Response(status, headers: Self.jsonContent, body: body)
        }
        var headers = headers
        if !headers.contains(.contentType) {
            headers[.contentType] = "application/json"
        }
        return Response(status, headers: headers, body: body)
    }

    /// One shared value, so that answering with JSON does not build a header block each time.
    private static let jsonContent: Headers = [.contentType: "application/json"]

    /// Decodes the JSON content of a response that a client received.
    ///
    /// The status is not looked at.
    ///
    /// - Parameters:
    ///   - type: What to decode.
    ///   - limit: The most bytes to accept; 1 MiB unless given.
    /// - Returns: The value.
    /// - Throws: ``JSONError`` when the content is too long, has another media type, or is not
    ///   what was asked for; an I/O error when the peer breaks off; `CancellationError`.
    public func json<Value: Decodable>(
        as type: Value.Type = Value.self,
        upTo limit: Int = Request.defaultJSONLimit
    ) async throws -> Value {
        if let found = headers[.contentType], !JSONMediaType.matches(found) {
            body.discard()
            throw JSONError(.malformed, "expected application/json, found \(found)")
        }
        let bytes: ByteBuffer
        do {
            bytes = try await body.collect(upTo: limit)
        } catch let error as HTTPError where error.status == .contentTooLarge {
            throw JSONError(.limit, "the content is longer than \(limit) bytes")
        }
        return try JSON.decode(type, from: bytes, limits: JSON.Limits(size: limit))
    }
}
