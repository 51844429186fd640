import HTTPTypes
public import MartletCore
import NIOCore

/// Compresses responses with gzip or deflate for clients that accept it (RFC 9110 §8.4, §12.5.3).
///
/// Left as they are: content that is short, already coded (`Content-Encoding`), of a type that does
/// not compress, part of something (206, `Content-Range`), marked `Cache-Control: no-transform`, or
/// set beside a cookie; and responses without content. A compressed response loses its length
/// when it is streamed, and its strong `ETag` becomes weak, because the bytes are no longer those
/// that it named. `Vary: Accept-Encoding` goes with every response that could have been compressed.
///
/// Content that is all here and not longer than 64 KiB is compressed at once; everything else
/// piece by piece while it is sent, with 64 KiB of memory a stream, so that no response holds its
/// loop for long. Server-sent events and other live streams reach the client event by event.
///
/// **BREACH.** Who can see the length of an encrypted response, and can make a victim's browser
/// request pages with chosen parameters that the page repeats, can guess a secret on that page
/// letter by letter, because a right guess compresses better. Do not put this layer on routes whose
/// responses hold both a secret (such as a CSRF token) and input of the request; or mask the secret
/// anew in each response; or set `Cache-Control: no-transform` on them.
public struct Compression: Middleware {
    private let configuration: Configuration

    /// The most bytes that are compressed at once, on the event loop.
    package static let wholeLimit = 64 * 1_024

    /// Makes the layer.
    public init(_ configuration: Configuration = Configuration()) {
        self.configuration = configuration
    }

    /// Compresses the response when it is worth it and the client accepts it.
    public func intercept(
        _ request: Request,
        context: CallContext,
        next: some Handler<Request, Response>
    ) async throws -> Response {
        var response = try await next.handle(request, context: context)
        guard let contentType = compressibleType(response) else { return response }
        response.headers.addVary(.acceptEncoding)
        guard request.method != .head, let coding = coding(for: request) else { return response }
        let body = response.body
        if let whole = body.whole, whole.readableBytes <= Self.wholeLimit {
            guard let compressed = compress(whole, coding) else { return response }
            response.body = Body(compressed)
        } else {
            response.body = stream(body, coding, isLive: CompressibleTypes.isLive(contentType))
        }
        mark(&response.headers, coding)
        return response
    }

    /// The type of a response that could be compressed.
    private func compressibleType(_ response: Response) -> String? {
        guard response.upgrade == nil, Self.hasWholeContent(response.status) else { return nil }
        if let length = response.body.length, length < max(configuration.minimumLength, 1) {
            return nil
        }
        let headers = response.headers
        guard let contentType = headers[.contentType], configuration.isCompressible(contentType),
            !headers.contains(.contentEncoding), !headers.contains(.contentRange)
        else { return nil }
        if configuration.skipsResponsesThatSetCookies, headers.contains(.setCookie) { return nil }
        if let control = headers[.cacheControl], Self.forbidsTransformation(control) { return nil }
        return contentType
    }

    private static func hasWholeContent(_ status: HTTPResponse.Status) -> Bool {
        status.code >= 200 && ![204, 205, 206, 304].contains(status.code)
    }

    private static func forbidsTransformation(_ cacheControl: String) -> Bool {
        cacheControl.split(separator: ",").contains {
            $0.trimmingOptionalWhitespace().lowercased() == "no-transform"
        }
    }

    private func coding(for request: Request) -> ContentCoding? {
        guard request.headers.contains(.acceptEncoding) else { return nil }
        return AcceptEncoding(request.headers)
            .preferred(of: ContentCoding.allCases.map(\.rawValue))
            .flatMap { ContentCoding(rawValue: $0) }
    }

    /// The compressed bytes; nil when they would be more, or there is no memory.
    private func compress(_ bytes: ByteBuffer, _ coding: ContentCoding) -> ByteBuffer? {
        let window = Deflater.Window.fitting(bytes.readableBytes)
        let deflater = try? Deflater(coding, level: configuration.level, window: window)
        guard let deflater else { return nil }
        var compressed = ByteBuffer()
        compressed.reserveCapacity(bytes.readableBytes)
        deflater.compress(bytes, flush: .finish, into: &compressed)
        return compressed.readableBytes < bytes.readableBytes ? compressed : nil
    }

    private func stream(_ body: Body, _ coding: ContentCoding, isLive: Bool) -> Body {
        let level = configuration.level
        return Body { writer in
            let sink = try DeflatingSink(
                writer,
                coding: coding,
                level: level,
                flushesEachPiece: isLive
            )
            try await body.write(to: BodyWriter(sink))
            try await sink.finish()
        }
    }

    private func mark(_ headers: inout Headers, _ coding: ContentCoding) {
        headers[.contentEncoding] = coding.rawValue
        headers.remove(.contentLength)
        headers.remove(.acceptRanges)
        if let tag = headers[.eTag], !tag.hasPrefix("W/") {
            headers[.eTag] = "W/" + tag
        }
    }
}
