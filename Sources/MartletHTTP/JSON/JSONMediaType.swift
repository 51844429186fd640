/// Which media types are JSON (RFC 6838 §4.2.8).
package enum JSONMediaType {
    /// Whether a `Content-Type` value is `application/json` or ends in `+json`, with or without
    /// parameters.
    package static func matches(_ contentType: String) -> Bool {
        let essence = contentType.prefix { $0 != ";" && $0 != " " && $0 != "\t" }.lowercased()
        return essence == "application/json"
            || (essence.hasSuffix("+json") && essence.contains("/"))
    }
}
