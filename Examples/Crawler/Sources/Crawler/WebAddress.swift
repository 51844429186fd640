import Foundation

/// The URL of a page in one spelling, so that a page is not fetched once for each way to write it
/// (RFC 3986 §6.2.2).
struct WebAddress: Hashable, Sendable, CustomStringConvertible {
    /// Where the page lies: `http://example.com` or `https://example.com:8443`.
    let site: String
    /// Its path and query.
    let target: String

    /// The whole URL.
    var description: String { site + target }

    /// Reads a URL; a relative one is resolved against the page that it stands in.
    ///
    /// Nil for what is no page on the web: another scheme, a URL with a password, plain nonsense.
    init?(_ text: String, relativeTo page: WebAddress? = nil) {
        let trimmed = text.trimmingCharacters(in: .whitespacesAndNewlines)
        let base = page.flatMap { URL(string: $0.description) }
        guard
            let url = URL(string: PercentEncoding.normalised(trimmed), relativeTo: base),
            let parts = URLComponents(
                url: url.absoluteURL.standardized,
                resolvingAgainstBaseURL: true
            ),
            let scheme = parts.scheme?.lowercased(), ["http", "https"].contains(scheme),
            let host = parts.encodedHost?.lowercased(), !host.isEmpty,
            parts.user == nil
        else { return nil }
        let standardPort = scheme == "https" ? 443 : 80
        let port = parts.port.map { $0 == standardPort ? "" : ":\($0)" } ?? ""
        let path = parts.percentEncodedPath
        let query = parts.percentEncodedQuery.map { "?" + $0 } ?? ""
        site = "\(scheme)://\(host)\(port)"
        target = (path.isEmpty ? "/" : path) + query
    }
}
