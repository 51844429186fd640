import HTTPTypes

extension Response {
    /// The response with gzip or deflate undone (RFC 9110 §8.4); with another coding, or several,
    /// as it is.
    ///
    /// - Parameter limit: The most bytes that the content may grow to.
    /// - Returns: The response, with its body undone as it is read.
    func decompressed(upTo limit: Int) -> Response {
        guard let encoding = headers[.contentEncoding], !body.isEmpty,
            let coding = ContentCoding(token: encoding)
        else { return self }
        var response = self
        let source = InflatingSource(
            body,
            coding: coding,
            limits: Inflater.Limits(size: limit)
        ) { error in
            switch error.code {
            case .tooLong, .tooDense:
                HTTPClientError(.responseTooLarge, error.message, cause: error)
            default:
                HTTPClientError(.malformedResponse, error.message, cause: error)
            }
        }
        response.body = Body(storage: .source(source, length: nil))
        response.headers.remove(.contentEncoding)
        response.headers.remove(.contentLength)
        return response
    }
}
