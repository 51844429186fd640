/// Where a server is that a gateway sends requests to.
public struct UpstreamAddress: Hashable, Sendable {
    /// `http` or `https`.
    public let scheme: String

    /// The host, and the port unless it is the scheme's own.
    public let authority: String

    /// Reads `http://127.0.0.1:9001`, `https://users.internal` or `127.0.0.1:9001`.
    ///
    /// Nil for another scheme, a missing host, a port that is none, a path, or credentials.
    public init?(_ text: some StringProtocol) {
        var rest = Substring(text)
        if rest.lowercased().hasPrefix("https://") {
            scheme = "https"
            rest = rest.dropFirst(8)
        } else {
            scheme = "http"
            if rest.lowercased().hasPrefix("http://") { rest = rest.dropFirst(7) }
        }
        if rest.hasSuffix("/") { rest = rest.dropLast() }
        guard Self.isAuthority(rest) else { return nil }
        authority = String(rest)
    }

    private static func isAuthority(_ text: Substring) -> Bool {
        var host = text
        if let colon = text.lastIndex(of: ":"), text.last != "]" {
            let port = text[text.index(after: colon)...]
            guard let number = UInt16(port), number > 0, !port.hasPrefix("+") else { return false }
            host = text[..<colon]
        }
        if host.hasPrefix("["), host.hasSuffix("]") {
            return host.contains(":") && !host.contains("/")
        }
        guard let pattern = HostPattern(host) else { return false }
        return !pattern.isWildcard
    }
}

extension UpstreamAddress: CustomStringConvertible {
    /// The address as a URL.
    public var description: String { "\(scheme)://\(authority)" }
}
