import HTTPTypes
import Tracing

/// What a span says of an HTTP exchange (OpenTelemetry semantic conventions 1.27, "HTTP spans").
enum SpanRecording {
    static func describe(_ request: Request, on span: some Span, isServer: Bool) {
        guard span.isRecording else { return }
        let method = KnownMethod(request.method)
        span.updateAttributes { attributes in
            attributes["http.request.method"] = method.name
            if method == .other {
                attributes["http.request.method_original"] = request.method.rawValue
            }
            attributes["url.scheme"] = request.scheme
            attributes["server.address"] = request.authority
            if isServer {
                attributes["url.path"] = String(request.path)
                if let peer = request.peer {
                    attributes["client.address"] = peer.address
                }
            } else {
                attributes["url.full"] = "\(request.scheme)://\(request.authority)\(request.path)"
            }
        }
    }

    /// Names the span by its route: `GET /users/{id}`.
    static func name(_ span: some Span, route: String?, method: HTTPRequest.Method) {
        guard let route else { return }
        let pattern = route.split(separator: " ", maxSplits: 1).last.map(String.init) ?? route
        span.operationName = "\(KnownMethod(method).name) \(pattern)"
        span.updateAttributes { $0["http.route"] = pattern }
    }

    static func finish(_ span: some Span, status: HTTPResponse.Status, isServer: Bool) {
        span.updateAttributes { attributes in
            attributes["http.response.status_code"] = Int64(status.code)
            if status.code >= (isServer ? 500 : 400) {
                attributes["error.type"] = String(status.code)
            }
        }
        if status.code >= (isServer ? 500 : 400) {
            span.setStatus(SpanStatus(code: .error))
        }
        span.end()
    }

    static func fail(_ span: some Span, _ error: any Error, isServer: Bool) {
        span.recordError(error)
        if let error = error as? HTTPError {
            finish(span, status: error.status, isServer: isServer)
            return
        }
        span.updateAttributes { $0["error.type"] = "\(type(of: error))" }
        span.setStatus(SpanStatus(code: .error))
        span.end()
    }
}
