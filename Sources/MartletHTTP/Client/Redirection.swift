import HTTPTypes

/// Where a redirection leads (RFC 9110 §15.4).
enum Redirection {
    /// The request that a response redirects to; nil when it does not, or not to somewhere that
    /// is followed.
    ///
    /// 303, and 301 and 302 of a POST, turn into GET. 307 and 308 keep method and content, which
    /// must be whole for that. Credentials do not go to another origin. Nothing is followed from
    /// `https` to `http`.
    static func next(after request: Request, _ response: Response) -> Request? {
        guard let location = response.headers[.location], !location.isEmpty else { return nil }
        var next = request
        switch response.status.code {
        case 301, 302:
            if request.method == .post { dropContent(&next) }
        case 303:
            if request.method != .head { dropContent(&next) }
        case 307, 308:
            break
        default:
            return nil
        }
        guard next.body.whole != nil, !hasOtherScheme(location) else { return nil }
        resolve(location, into: &next)
        if request.scheme == "https", next.scheme == "http" { return nil }
        if next.scheme != request.scheme || next.authority != request.authority {
            next.headers.remove(.authorization)
            next.headers.remove(.cookie)
            next.headers.remove(.proxyAuthorization)
            next.headers.remove(.xAPIKey)
            next.headers.remove(.hostField)
        }
        return next
    }

    /// Whether it is a URL of another scheme than HTTP's, such as `mailto:`.
    private static func hasOtherScheme(_ location: String) -> Bool {
        guard TargetParts(location).scheme == nil else { return false }
        let first = location.utf8.first { byte in
            switch UnicodeScalar(byte) {
            case "a"..."z", "A"..."Z", "0"..."9", "+", "-", ".": false
            default: true
            }
        }
        return first == UInt8(ascii: ":")
    }

    private static func dropContent(_ request: inout Request) {
        request.method = .get
        request.body = Body()
        request.headers.remove(.contentType)
        request.headers.remove(.contentEncoding)
    }

    /// Resolves a `Location` against the request's own URL (RFC 3986 §5.2).
    private static func resolve(_ location: String, into request: inout Request) {
        if location.hasPrefix("//") {
            resolve("\(request.scheme):\(location)", into: &request)
            return
        }
        let parts = TargetParts(location)
        if let scheme = parts.scheme, let authority = parts.authority {
            request.scheme = scheme
            request.authority = authority
            request.target = parts.target
            return
        }
        let target = String(location.prefix { $0 != "#" })
        if target.hasPrefix("/") {
            request.target = removingDotSegments(target)
        } else if target.hasPrefix("?") {
            request.target = request.path + target
        } else {
            let base = request.path.prefix(
                through: request.path.lastIndex(of: "/") ?? request.path.startIndex
            )
            request.target = removingDotSegments(base + target)
        }
    }

    /// RFC 3986 §5.2.4.
    private static func removingDotSegments(_ target: String) -> String {
        let mark = target.firstIndex(of: "?") ?? target.endIndex
        var kept: [Substring] = []
        let segments = target[..<mark].split(separator: "/", omittingEmptySubsequences: false)
        for (index, segment) in segments.enumerated() {
            let isLast = index == segments.count - 1
            switch segment {
            case ".":
                if isLast { kept.append("") }
            case "..":
                if kept.count > 1 { kept.removeLast() }
                if isLast { kept.append("") }
            default:
                kept.append(segment)
            }
        }
        return kept.joined(separator: "/") + target[mark...]
    }
}
