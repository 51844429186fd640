import HTTPTypes

/// What does not change from one answer to a preflight to the next.
struct CORSPreflight: Sendable {
    /// The most bytes of `Access-Control-Request-Headers` that are repeated.
    static let maximumRequestedHeaders = 1_024

    private let fixed: Headers
    private let repeatsHeaders: Bool

    init(_ configuration: CORS.Configuration) {
        var fixed: Headers = [
            .accessControlAllowMethods:
                configuration.methods.map(\.rawValue).joined(separator: ", ")
        ]
        if let headers = configuration.headers, !headers.isEmpty {
            fixed[.accessControlAllowHeaders] = headers.map(\.rawName).joined(separator: ", ")
        }
        if let age = configuration.maximumAge {
            fixed[.accessControlMaxAge] = String(age.components.seconds)
        }
        self.fixed = fixed
        self.repeatsHeaders = configuration.headers == nil
    }

    /// Whether a browser asks for leave (the Fetch standard, "CORS-preflight fetch").
    static func isPreflight(_ request: Request) -> Bool {
        request.method == .options && request.headers.contains(.accessControlRequestMethod)
    }

    /// The fields of the answer, but for those that depend on the origin.
    func headers(for request: Request) -> Headers {
        var headers = fixed
        guard repeatsHeaders else { return headers }
        headers.addVary(.accessControlRequestHeaders)
        if let asked = request.headers[.accessControlRequestHeaders], Self.isNameList(asked) {
            headers[.accessControlAllowHeaders] = asked
        }
        return headers
    }

    /// Whether the text is field names with commas between them, and not too long.
    private static func isNameList(_ text: String) -> Bool {
        text.utf8.count <= maximumRequestedHeaders
            && text.utf8.allSatisfy {
                ASCII.isToken($0) || $0 == UInt8(ascii: ",") || $0 == UInt8(ascii: " ")
            }
    }
}
