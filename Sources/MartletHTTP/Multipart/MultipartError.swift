import HTTPTypes

/// What is wrong with a multipart body.
package struct MultipartError: Error, Hashable, Sendable, CustomStringConvertible {
    package enum Code: Hashable, Sendable {
        /// The boundary parameter is absent or not as RFC 2046 §5.1.1 has it.
        case invalidBoundary
        /// A line begins with the boundary and goes on with something else.
        case malformedDelimiter
        /// A part's header is broken.
        case malformedHeader
        /// The body ends before its last delimiter.
        case truncated
        /// The body exceeds one of ``MultipartLimits``.
        case limitExceeded
    }

    package let code: Code
    package let description: String

    init(_ code: Code, _ description: String) {
        self.code = code
        self.description = description
    }

    /// 413 for a limit, else 400.
    var asHTTPError: HTTPError {
        HTTPError(
            code == .limitExceeded ? .contentTooLarge : .badRequest,
            detail: description,
            cause: self
        )
    }
}
