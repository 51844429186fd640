import HTTPTypes

extension Request {
    /// The parts of a multipart body, such as a form with files (RFC 7578), as they arrive.
    ///
    /// ```swift
    /// for try await part in try request.multipart() {
    ///     guard let filename = part.filename else { continue }
    ///     for try await chunk in part.body {
    ///         print(filename, chunk.readableBytes)
    ///     }
    /// }
    /// ```
    ///
    /// - Parameter limits: What to accept.
    /// - Returns: The parts; they can be read once.
    /// - Throws: ``HTTPError`` with 415 when the content is not multipart, 400 when its boundary is
    ///   absent or invalid.
    public func multipart(limits: MultipartLimits = MultipartLimits()) throws -> MultipartParts {
        guard let type = contentType, type.type == "multipart" else {
            throw HTTPError(
                .unsupportedMediaType,
                detail: "The content must be multipart/form-data."
            )
        }
        let parser: MultipartParser
        do throws(MultipartError) {
            parser = try MultipartParser(boundary: type["boundary"] ?? "", limits: limits)
        } catch {
            throw error.asHTTPError
        }
        return MultipartParts(MultipartReader(body, parser: parser))
    }
}
