import HTTPTypes

/// The first line of a request (RFC 9112 §3).
struct RequestLine {
    var method = HTTPRequest.Method.get
    var target = ""
    var scheme: String?
    /// The authority of an absolute-form or authority-form target.
    var authority: String?
    var minorVersion: UInt8 = 1

    /// Reads `bytes[line]`, which has no CRLF any more.
    ///
    /// - Returns: What is wrong with it, or nil.
    mutating func parse(_ bytes: UnsafeRawBufferPointer, line: Range<Int>) -> HTTP1Error? {
        var index = line.lowerBound
        while index < line.upperBound, ASCII.isToken(bytes[index]) { index += 1 }
        guard index > line.lowerBound, index < line.upperBound, bytes[index] == 0x20 else {
            return .malformed("The request line has no method.")
        }
        method = Self.method(UnsafeRawBufferPointer(rebasing: bytes[line.lowerBound..<index]))
        let targetStart = index + 1
        index = targetStart
        while index < line.upperBound, bytes[index] &- 0x21 < 0x5E { index += 1 }
        guard index > targetStart, index < line.upperBound, bytes[index] == 0x20 else {
            return .malformed("The request target is empty or has a character that is not allowed.")
        }
        let version = UnsafeRawBufferPointer(rebasing: bytes[index + 1..<line.upperBound])
        if let error = parseVersion(version) { return error }
        return parseTarget(UnsafeRawBufferPointer(rebasing: bytes[targetStart..<index]))
    }

    private static func method(_ bytes: UnsafeRawBufferPointer) -> HTTPRequest.Method {
        switch bytes.count {
        case 3 where ASCII.isExactly(bytes, "GET"): .get
        case 3 where ASCII.isExactly(bytes, "PUT"): .put
        case 4 where ASCII.isExactly(bytes, "POST"): .post
        case 4 where ASCII.isExactly(bytes, "HEAD"): .head
        // A token is a valid method, so this cannot be nil.
        default: HTTPRequest.Method(String(decoding: bytes, as: UTF8.self)) ?? .get
        }
    }

    private mutating func parseVersion(_ bytes: UnsafeRawBufferPointer) -> HTTP1Error? {
        guard bytes.count == 8,
            ASCII.isExactly(UnsafeRawBufferPointer(rebasing: bytes[..<5]), "HTTP/"),
            ASCII.isDigit(bytes[5]), bytes[6] == UInt8(ascii: "."), ASCII.isDigit(bytes[7])
        else {
            return .malformed("The request line has no HTTP version, or more than three parts.")
        }
        guard bytes[5] == UInt8(ascii: "1") else {
            return HTTP1Error(.httpVersionNotSupported, "Only HTTP/1.1 and HTTP/1.0 are spoken.")
        }
        minorVersion = bytes[7] == UInt8(ascii: "0") ? 0 : 1
        return nil
    }

    private mutating func parseTarget(_ bytes: UnsafeRawBufferPointer) -> HTTP1Error? {
        if bytes.contains(UInt8(ascii: "#")) {
            return .malformed("The request target has a fragment.")
        }
        if method == .connect {
            return parseAuthorityForm(bytes)
        }
        if bytes[0] == UInt8(ascii: "/") {
            target = String(decoding: bytes, as: UTF8.self)
            return nil
        }
        if bytes.count == 1, bytes[0] == UInt8(ascii: "*") {
            target = "*"
            return method == .options ? nil : .malformed("Only OPTIONS may have the target '*'.")
        }
        let parts = TargetParts(String(decoding: bytes, as: UTF8.self))
        guard let scheme = parts.scheme, let authority = parts.authority, !authority.isEmpty,
            Authority.isValid(authority.utf8)
        else {
            return .malformed("The request target is neither a path nor an http URL.")
        }
        self.scheme = scheme
        self.authority = authority
        // Without a path and a query it asks about the server (RFC 9112 §3.2.4).
        let isBare = bytes.count == scheme.utf8.count + 3 + authority.utf8.count
        target = isBare && method == .options ? "*" : parts.target
        return nil
    }

    private mutating func parseAuthorityForm(_ bytes: UnsafeRawBufferPointer) -> HTTP1Error? {
        let text = String(decoding: bytes, as: UTF8.self)
        guard Authority.isValid(text.utf8), let colon = text.utf8.lastIndex(of: UInt8(ascii: ":")),
            let port = UInt16(text[text.index(after: colon)...]), port > 0,
            colon > text.startIndex
        else {
            return .malformed("The target of CONNECT is not host:port.")
        }
        authority = text
        target = text
        return nil
    }
}

/// The host and the port of a URL or a `Host` field (RFC 3986 §3.2), without user information.
enum Authority {
    /// Whether `bytes` are `uri-host [ ":" port ]`; empty is valid (RFC 9112 §3.2).
    static func isValid(_ bytes: some Collection<UInt8>) -> Bool {
        var rest = bytes[...]
        if rest.first == UInt8(ascii: "[") {
            guard let close = rest.firstIndex(of: UInt8(ascii: "]")) else { return false }
            let literal = rest[rest.index(after: rest.startIndex)..<close]
            guard !literal.isEmpty, literal.allSatisfy(isAddressLiteral) else { return false }
            rest = rest[rest.index(after: close)...]
        } else {
            rest = rest.drop { isRegisteredName($0) }
        }
        guard let colon = rest.first else { return true }
        let port = rest.dropFirst()
        return colon == UInt8(ascii: ":") && port.count <= 5 && port.allSatisfy(ASCII.isDigit)
    }

    /// Hexadecimal digits, colons and dots: what an IPv6 address is made of.
    private static func isAddressLiteral(_ byte: UInt8) -> Bool {
        PercentCoding.hexValue(byte) != nil || byte == UInt8(ascii: ":")
            || byte == UInt8(ascii: ".")
    }

    /// `unreserved / pct-encoded / sub-delims`.
    @inline(__always)
    private static func isRegisteredName(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "-"), UInt8(ascii: "."),
            UInt8(ascii: "_"), UInt8(ascii: "~"), UInt8(ascii: "%"), UInt8(ascii: "!"),
            UInt8(ascii: "$"), UInt8(ascii: "&"), UInt8(ascii: "'"), UInt8(ascii: "("),
            UInt8(ascii: ")"), UInt8(ascii: "*"), UInt8(ascii: "+"), UInt8(ascii: ","),
            UInt8(ascii: ";"), UInt8(ascii: "="):
            true
        default:
            false
        }
    }
}
