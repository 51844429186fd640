/// Which media types are worth compressing: those that are not compressed already.
enum CompressibleTypes {
    private static let applications: Set<String> = [
        "application/json", "application/javascript", "application/xml", "application/wasm",
        "application/x-javascript", "application/x-ndjson", "application/manifest+json",
        "application/yaml", "application/toml", "application/graphql", "application/rtf",
        "application/vnd.ms-fontobject", "application/x-www-form-urlencoded", "font/ttf",
        "font/otf", "image/bmp", "image/svg+xml", "image/x-icon", "image/vnd.microsoft.icon",
    ]

    /// Types whose every piece has to reach the reader when it is written.
    private static let live: Set<String> = [
        "text/event-stream", "application/x-ndjson", "application/json-seq",
    ]

    /// Whether content of the type in a `Content-Type` value is worth compressing.
    static func contains(_ contentType: String) -> Bool {
        let type = essence(contentType)
        return type.hasPrefix("text/") || type.hasSuffix("+json") || type.hasSuffix("+xml")
            || applications.contains(type)
    }

    /// Whether every piece of such content has to be sent at once.
    static func isLive(_ contentType: String) -> Bool {
        live.contains(essence(contentType))
    }

    private static func essence(_ contentType: String) -> String {
        let end = contentType.utf8.firstIndex(of: UInt8(ascii: ";")) ?? contentType.endIndex
        return contentType[..<end].trimmingOptionalWhitespace().lowercased()
    }
}
