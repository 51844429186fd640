import HTTPTypes
import MartletCore
import MartletHTTP
import NIOCore

extension RPCHandler {
    /// Answers a call that came as gRPC-Web, as the same call over HTTP/2 is.
    ///
    /// - Throws: `HTTPError` for what is not a call.
    func answer(
        _ request: Request,
        _ format: WebFormat,
        context: CallContext
    ) async throws -> Response {
        var request = request
        // Messages are not compressed here: a page leaves that to its browser.
        request.headers.remove(RPCFields.acceptEncoding)
        var response: Response
        if let body = Self.decoded(request.body, format) {
            request.body = body
            response = try await call(request, context: context)
        } else {
            let error = RPCError(.internal, "The content is not Base64.")
            response = refusal(for: error, method: request.target, context: context)
        }
        response.headers[.contentType] = format.contentType
        response.body = Self.encoded(response.body, format)
        return response
    }

    /// A request's content in binary; nil when it is here and not Base64.
    private static func decoded(_ body: Body, _ format: WebFormat) -> Body? {
        guard format.isTextIn else { return body }
        if case .source(let source, _) = body.storage {
            return Body(storage: .source(WebTextSource(source), length: nil))
        }
        guard let text = body.whole else { return body }
        var decoder = WebText()
        guard let bytes = try? decoder.decode(text), (try? decoder.finish()) != nil else {
            return nil
        }
        return Body(bytes)
    }

    /// A response's content with its trailers in it; what has none is trailers-only.
    private static func encoded(_ body: Body, _ format: WebFormat) -> Body {
        if var bytes = body.whole {
            guard let trailers = body.trailers else { return body }
            bytes.writeImmutableBuffer(WebFormat.frame(of: trailers))
            return Body(format.encode(bytes))
        }
        return Body { writer in
            let sink = WebSink(writer, format)
            try await body.write(to: BodyWriter(sink))
            try await sink.finish()
        }
    }
}
