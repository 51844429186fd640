import HTTPTypes
package import NIOCore

extension HTTPError {
    /// The error as an `application/problem+json` response (RFC 9457 §3).
    ///
    /// The members are `type` (unless it is `about:blank`), `title`, `status`, `detail` when there
    /// is one, and `errors`, an array of objects with `field` and `reason`, when ``fields`` has
    /// any. ``cause`` is not shown. ``headers`` are sent with it.
    ///
    /// - Returns: The response, with `Cache-Control: no-store` unless ``headers`` set it.
    public func response() -> Response {
        var fields = headers
        fields[.contentType] = "application/problem+json"
        if !fields.contains(.cacheControl) {
            fields[.cacheControl] = "no-store"
        }
        return Response(status, headers: fields, body: Body(problem()))
    }

    /// The problem's JSON text.
    package func problem() -> ByteBuffer {
        var json = ByteBuffer()
        json.reserveCapacity(128 + (detail?.utf8.count ?? 0) + self.fields.count * 64)
        json.writeStaticString("{")
        if let type {
            json.writeStaticString("\"type\":")
            json.writeJSONString(type)
            json.writeStaticString(",")
        }
        json.writeStaticString("\"title\":")
        json.writeJSONString(title ?? status.reasonPhrase)
        json.writeStaticString(",\"status\":")
        json.writeString(String(status.code))
        if let detail {
            json.writeStaticString(",\"detail\":")
            json.writeJSONString(detail)
        }
        if !fields.isEmpty {
            json.writeStaticString(",\"errors\":[")
            for (position, field) in fields.enumerated() {
                json.writeStaticString(position == 0 ? "{\"field\":" : ",{\"field\":")
                json.writeJSONString(field.field)
                json.writeStaticString(",\"reason\":")
                json.writeJSONString(field.reason)
                json.writeStaticString("}")
            }
            json.writeStaticString("]")
        }
        json.writeStaticString("}")
        return json
    }
}

extension HTTPError: ResponseConvertible {
    /// The error as a problem document, for a route that returns it rather than throws.
    public func response(to request: Request) -> Response { response() }
}
