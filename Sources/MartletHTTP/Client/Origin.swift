import MartletTransport

/// Where requests of a scheme and an authority go (RFC 6454).
struct Origin: Sendable {
    let host: String
    let port: Int
    let isSecure: Bool

    /// Reads a scheme and an authority.
    ///
    /// - Throws: ``HTTPClientError`` that says what is wrong with them.
    init(scheme: String, authority: String) throws {
        switch scheme {
        case "http": isSecure = false
        case "https": isSecure = true
        default:
            throw HTTPClientError(
                .invalidRequest,
                "The scheme '\(scheme)' is neither http nor https.",
                isUnsent: true
            )
        }
        guard !authority.isEmpty, Authority.isValid(authority.utf8) else {
            throw HTTPClientError(
                .invalidRequest,
                "The request has no valid host: '\(authority)'.",
                isUnsent: true
            )
        }
        let colon = authority.lastIndex(of: ":")
        let bracket = authority.lastIndex(of: "]")
        var name = authority[...]
        var port = isSecure ? 443 : 80
        if let colon, bracket.map({ $0 < colon }) ?? true {
            name = authority[..<colon]
            let digits = authority[authority.index(after: colon)...]
            guard digits.isEmpty || UInt16(digits) != nil else {
                throw HTTPClientError(
                    .invalidRequest,
                    "'\(digits)' is not a port.",
                    isUnsent: true
                )
            }
            port = Int(digits) ?? port
        }
        if name.hasPrefix("["), name.hasSuffix("]") {
            name = name.dropFirst().dropLast()
        }
        guard !name.isEmpty else {
            throw HTTPClientError(.invalidRequest, "The request has no host.", isUnsent: true)
        }
        host = String(name)
        self.port = port
    }
}
