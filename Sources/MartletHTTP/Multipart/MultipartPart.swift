import HTTPTypes

/// One part of a multipart body.
public struct MultipartPart: Sendable {
    /// The header fields of the part.
    public let headers: Headers

    /// The name of the form's field; nil when `Content-Disposition` has none.
    public let name: String?

    /// The name of the file as the client calls it, without directories; nil when the part is not
    /// a file.
    ///
    /// It was made up by the client: do not use it as a path.
    public let filename: String?

    /// The content, read as it arrives.
    ///
    /// What is not read before the next part is asked for is skipped, and cannot be read any more.
    public let body: Body

    init(headers: Headers, body: Body) {
        let disposition = headers[.contentDisposition].flatMap(ContentDisposition.init)
        self.headers = headers
        self.name = disposition?.name
        self.filename = disposition?.filename
        self.body = body
    }

    /// The media type of the content; `text/plain` when the part does not say (RFC 7578 §4.4).
    public var contentType: MediaType {
        headers[.contentType].flatMap(MediaType.init) ?? .plainText
    }
}
