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
