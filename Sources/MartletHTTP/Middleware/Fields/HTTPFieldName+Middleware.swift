public import HTTPTypes

extension HTTPField.Name {
    /// `X-Request-ID`: the identifier of a request, from hop to hop.
    public static let xRequestID = literal("X-Request-ID")

    /// `X-Request-Timeout`: how long the caller waits; see ``Deadline`` for its grammar.
    public static let xRequestTimeout = literal("X-Request-Timeout")

    /// A field name that is written in the source.
    ///
    /// A name that is not a token is a bug of whoever wrote it and stops the program.
    package static func literal(_ name: StaticString) -> HTTPField.Name {
        guard let name = HTTPField.Name("\(name)") else {
            preconditionFailure("a field name in the source is a token")
        }
        return name
    }
}
