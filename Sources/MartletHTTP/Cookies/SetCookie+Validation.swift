extension SetCookie {
    /// The most bytes of a name and its value together that browsers keep (RFC 6265bis §5.6).
    public static let longestPair = 4_096

    /// The most bytes of a path or a domain that browsers read (RFC 6265bis §5.6).
    public static let longestAttribute = 1_024

    /// Throws when a browser would refuse the cookie or read it as another.
    func validate() throws(CookieError) {
        guard !name.isEmpty, name.utf8.allSatisfy(ASCII.isToken) else {
            throw CookieError(name, "has a name that is not a token")
        }
        guard Self.isValue(value) else {
            throw CookieError(name, "has a value with a character that is not allowed")
        }
        guard name.utf8.count + value.utf8.count <= Self.longestPair else {
            throw CookieError(name, "is longer than \(Self.longestPair) bytes")
        }
        try validate(path, "path")
        try validate(domain, "domain")
        if let path, path.utf8.first != UInt8(ascii: "/") {
            throw CookieError(name, "has a path that does not begin with '/'")
        }
        if sameSite == SameSite.none, !isSecure {
            throw CookieError(name, "must be secure, because it is SameSite=None")
        }
        if isPartitioned, !isSecure {
            throw CookieError(name, "must be secure, because it is partitioned")
        }
        try validatePrefix()
    }

    /// The rules of names with a prefix, which browsers compare without case (§4.1.3).
    private func validatePrefix() throws(CookieError) {
        let lowered = name.lowercased()
        let isHost = lowered.hasPrefix("__host-")
        let isHTTP = lowered.hasPrefix("__http-") || lowered.hasPrefix("__host-http-")
        guard isHost || isHTTP || lowered.hasPrefix("__secure-") else { return }
        guard isSecure else {
            throw CookieError(name, "must be secure, because of its name's prefix")
        }
        if isHost, path != "/" || domain != nil {
            throw CookieError(name, "must have the path '/' and no domain: its prefix is __Host-")
        }
        if isHTTP, !isHTTPOnly {
            throw CookieError(name, "must be HttpOnly, because of its name's prefix")
        }
    }

    private func validate(_ attribute: String?, _ what: String) throws(CookieError) {
        guard let attribute else { return }
        let isClean = attribute.utf8.allSatisfy { byte in
            byte >= 0x20 && byte < 0x7F && byte != UInt8(ascii: ";")
        }
        guard isClean, !attribute.isEmpty, attribute.utf8.count <= Self.longestAttribute else {
            throw CookieError(
                name,
                "has a \(what) that is empty, too long or has a character that is not allowed"
            )
        }
    }

    /// Whether the text is a cookie-value (§4.1.1).
    private static func isValue(_ text: String) -> Bool {
        var octets = text.utf8[...]
        if octets.count >= 2, octets.first == UInt8(ascii: "\""), octets.last == UInt8(ascii: "\"")
        {
            octets = octets.dropFirst().dropLast()
        }
        return octets.allSatisfy { byte in
            switch byte {
            case 0x21, 0x23...0x2B, 0x2D...0x3A, 0x3C...0x5B, 0x5D...0x7E: true
            default: false
            }
        }
    }
}
