import HTTPTypes
public import MartletCore

/// Decompresses requests that come in gzip or deflate (RFC 9110 §8.4).
///
/// The handler reads plain content as it arrives, and `Content-Encoding` and `Content-Length` are
/// gone. A coding that is not known is refused with `HTTPError` 415 that names those that are
/// (RFC 7694). Content that grows past the limits fails with 413, broken content with 400, for
/// whoever reads it; no more than 64 KiB are decompressed ahead of the reader.
public struct Decompression: Middleware {
    /// What compressed content may grow to.
    public struct Configuration: Sendable {
        /// The most bytes of decompressed content; 10 MiB by default.
        public var maximumSize: Int

        /// How many times longer than its compressed form content may be, once it is longer than
        /// 1 MiB; 100 by default.
        ///
        /// DEFLATE itself allows 1,032, which only "zip bombs" come near to; text seldom
        /// reaches 20.
        public var maximumRatio: Int

        /// The most codings on top of each other; 2 by default.
        public var maximumCodings: Int

        /// Makes a configuration.
        public init(maximumSize: Int = 10 << 20, maximumRatio: Int = 100, maximumCodings: Int = 2) {
            precondition(maximumSize > 0, "at least one byte is let through")
            precondition(maximumRatio > 0, "content may be as long as its compressed form")
            precondition(maximumCodings > 0, "at least one coding is let through")
            self.maximumSize = maximumSize
            self.maximumRatio = maximumRatio
            self.maximumCodings = maximumCodings
        }
    }

    private let configuration: Configuration

    /// Makes the layer.
    public init(_ configuration: Configuration = Configuration()) {
        self.configuration = configuration
    }

    /// Handles the request with its content decompressed.
    public func intercept(
        _ request: Request,
        context: CallContext,
        next: some Handler<Request, Response>
    ) async throws -> Response {
        guard let encoding = request.headers[.contentEncoding] else {
            return try await next.handle(request, context: context)
        }
        let codings = try codings(encoding)
        var request = request
        for coding in codings.reversed() {
            let source = InflatingSource(
                request.body,
                coding: coding,
                limits: Inflater.Limits(
                    size: configuration.maximumSize,
                    ratio: configuration.maximumRatio
                ),
                failure: Self.httpError
            )
            request.body = Body(storage: .source(source, length: nil))
        }
        request.headers.remove(.contentEncoding)
        request.headers.remove(.contentLength)
        return try await next.handle(request, context: context)
    }

    /// The codings in the order in which they were applied.
    private func codings(_ encoding: String) throws -> [ContentCoding] {
        let tokens = encoding.split(separator: ",")
            .map { $0.trimmingOptionalWhitespace().lowercased() }
            .filter { !$0.isEmpty && $0 != "identity" }
        let codings = tokens.compactMap { ContentCoding(token: $0) }
        guard codings.count == tokens.count, codings.count <= configuration.maximumCodings else {
            throw HTTPError(
                .unsupportedMediaType,
                detail: "The content coding '\(encoding)' is not supported.",
                headers: [.acceptEncoding: "gzip, deflate"]
            )
        }
        return codings
    }

    private static func httpError(_ error: CompressionError) -> any Error {
        switch error.code {
        case .tooLong, .tooDense:
            HTTPError(.contentTooLarge, detail: error.message, cause: error)
        case .outOfMemory:
            HTTPError(.serviceUnavailable, cause: error)
        default:
            HTTPError(.badRequest, detail: error.message, cause: error)
        }
    }
}
