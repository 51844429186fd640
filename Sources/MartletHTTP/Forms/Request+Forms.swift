import HTTPTypes
import NIOCore

extension Request {
    /// The most bytes of a form that ``form(upTo:)`` accepts unless told otherwise: 1 MiB.
    public static let defaultFormLimit = 1 << 20

    /// The parameters of the query; none when there is no query.
    ///
    /// Each use reads the target again, so keep the value when several parameters are wanted.
    ///
    /// - Throws: ``HTTPError`` with 400 when there are more than
    ///   ``QueryParameters/defaultLimit``, or when one is not percent-encoded UTF-8.
    public var query: QueryParameters {
        get throws {
            guard let rawQuery else { return QueryParameters() }
            return try QueryParameters(rawQuery)
        }
    }

    /// Reads the fields of an `application/x-www-form-urlencoded` body.
    ///
    /// Browsers send such forms across origins without asking first; a service that authenticates
    /// by cookie must check `Origin` or a token of its own.
    ///
    /// - Parameter limit: The most bytes to accept; ``defaultFormLimit`` unless given.
    /// - Returns: The fields.
    /// - Throws: ``HTTPError`` with 415 for another media type; 413 when the body is longer than
    ///   `limit`; 400 when it is malformed or has more than ``QueryParameters/defaultLimit``
    ///   fields; an I/O error when the peer breaks off.
    public func form(upTo limit: Int = Request.defaultFormLimit) async throws -> QueryParameters {
        let found = headers[.contentType]
        let essence = found?.prefix { $0 != ";" && $0 != " " && $0 != "\t" }.lowercased()
        guard essence == "application/x-www-form-urlencoded" else {
            body.discard()
            throw HTTPError(
                .unsupportedMediaType,
                detail: "Send Content-Type: application/x-www-form-urlencoded; this request has "
                    + (found.map { "'\($0)'." } ?? "none."),
                headers: [.accept: "application/x-www-form-urlencoded"]
            )
        }
        let bytes = try await body.collect(upTo: limit)
        guard let text = String(validating: bytes.readableBytesView, as: UTF8.self) else {
            throw HTTPError(.badRequest, detail: "The form is not UTF-8.")
        }
        return try QueryParameters(
            text[...],
            limit: QueryParameters.defaultLimit,
            kind: .form
        )
    }

    /// Decodes the fields of an `application/x-www-form-urlencoded` body, as
    /// ``QueryParameters/decode(_:)`` does.
    ///
    /// - Parameters:
    ///   - type: What to decode.
    ///   - limit: The most bytes to accept; ``defaultFormLimit`` unless given.
    /// - Returns: The value.
    /// - Throws: What ``form(upTo:)`` and ``QueryParameters/decode(_:)`` throw.
    public func form<Value: Decodable>(
        as type: Value.Type,
        upTo limit: Int = Request.defaultFormLimit
    ) async throws -> Value {
        try await form(upTo: limit).decode(type)
    }
}
