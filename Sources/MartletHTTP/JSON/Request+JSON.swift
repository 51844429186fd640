public import HTTPTypes
import NIOCore

extension Request {
    /// The most bytes of JSON content that ``json(as:upTo:)`` accepts unless told otherwise: 1 MiB.
    public static let defaultJSONLimit = 1 << 20

    /// Decodes the JSON content of a request.
    ///
    /// ```swift
    /// let order = try await request.json(as: NewOrder.self)
    /// ```
    ///
    /// The `Content-Type` must be `application/json` or end in `+json`. A request without one is
    /// refused too: browsers send such requests across origins without asking first, so that
    /// accepting them would open cookie-authenticated services to forged requests.
    ///
    /// - Parameters:
    ///   - type: What to decode.
    ///   - limit: The most bytes to accept; ``defaultJSONLimit`` unless given.
    /// - Returns: The value.
    /// - Throws: ``HTTPError`` with 415 for another media type; 413 when the content is longer
    ///   than `limit`; 400 when it is not JSON or not what was asked for, with the path of the
    ///   wrong field in ``HTTPError/fields``; an I/O error when the peer breaks off.
    public func json<Value: Decodable>(
        as type: Value.Type = Value.self,
        upTo limit: Int = Request.defaultJSONLimit
    ) async throws -> Value {
        let found = headers[.contentType]
        guard let found, JSONMediaType.matches(found) else {
            body.discard()
            throw HTTPError(
                .unsupportedMediaType,
                detail: "Send Content-Type: application/json; this request has "
                    + (found.map { "'\($0)'." } ?? "none."),
                headers: [.accept: "application/json"]
            )
        }
        let bytes = try await body.collect(upTo: limit)
        guard bytes.readableBytes > 0 else {
            throw HTTPError(.badRequest, detail: "The request has no content; JSON is expected.")
        }
        do {
            return try JSON.decode(type, from: bytes, limits: JSON.Limits(size: limit))
        } catch let error as JSONError {
            throw HTTPError(error)
        }
    }

    /// Makes a request with a value as its JSON content.
    ///
    /// - Parameters:
    ///   - method: The method.
    ///   - target: An origin-form target or an absolute URL, as for ``init(_:_:headers:body:)``.
    ///   - json: What is encoded.
    ///   - headers: The header fields; `Content-Type: application/json` is added when it is not
    ///     among them.
    /// - Throws: What ``JSON/encode(_:)`` throws.
    public init(
        _ method: HTTPRequest.Method,
        _ target: String,
        json: some Encodable,
        headers: Headers = Headers()
    ) throws {
        var headers = headers
        if !headers.contains(.contentType) {
            headers[.contentType] = "application/json"
        }
        self.init(method, target, headers: headers, body: Body(try JSON.encode(json)))
    }
}

extension HTTPError {
    /// The 400 for content that is not what was asked for.
    init(_ error: JSONError) {
        guard let path = error.path else {
            self.init(.badRequest, detail: "The content is not as expected: \(error).")
            return
        }
        self.init(
            .badRequest,
            detail: "The content is not as expected: \(error).",
            fields: [FieldError(path, error.reason)]
        )
    }
}
