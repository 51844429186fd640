public import HTTPTypes

/// An error that renders itself as `application/problem+json` (RFC 9457).
///
/// Throw one from a handler or a middleware to answer with its status. Anything else that is
/// thrown is logged whole and answered with a bare 500.
///
/// ```swift
/// throw HTTPError(.notFound, detail: "There is no user 42.")
/// ```
public struct HTTPError: Error, Sendable {
    /// The status to answer with.
    public var status: HTTPResponse.Status

    /// What went wrong this time, for the caller to read.
    ///
    /// Do not put secrets into it.
    public var detail: String?

    /// A URI that names the kind of problem; `about:blank` when nil.
    public var type: String?

    /// A summary of the kind of problem; the status's reason phrase when nil.
    public var title: String?

    /// Fields to send with the response, such as `Retry-After`.
    public var headers: Headers

    /// What is wrong with each field of the input, by field name.
    public var fields: [FieldError]

    /// What led to this error; logged, never sent.
    public var cause: (any Error)?

    /// Makes an error.
    public init(
        _ status: HTTPResponse.Status,
        detail: String? = nil,
        type: String? = nil,
        title: String? = nil,
        headers: Headers = Headers(),
        fields: [FieldError] = [],
        cause: (any Error)? = nil
    ) {
        self.status = status
        self.detail = detail
        self.type = type
        self.title = title
        self.headers = headers
        self.fields = fields
        self.cause = cause
    }

    /// One field of the input that is wrong.
    public struct FieldError: Hashable, Sendable, Codable {
        /// The field, as a path: `items[0].quantity`.
        public var field: String
        /// What is wrong with it.
        public var reason: String

        /// Makes a field error.
        public init(_ field: String, _ reason: String) {
            self.field = field
            self.reason = reason
        }
    }
}

extension HTTPError {
    /// 413: the body is longer than `limit` bytes.
    package static func contentTooLarge(limit: Int) -> HTTPError {
        HTTPError(.contentTooLarge, detail: "The body is longer than \(limit) bytes.")
    }
}

extension HTTPError: CustomStringConvertible {
    /// The status and the detail, then the chain of causes.
    public var description: String {
        var text = "\(status.code) \(title ?? status.reasonPhrase)"
        if let detail { text += ": \(detail)" }
        for field in fields { text += "; \(field.field): \(field.reason)" }
        if let cause { text += "\n  caused by: \(cause)" }
        return text
    }
}
