import MartletHTTP

/// What becomes of a header field on its way through the gateway.
enum FieldRole {
    /// It goes on as it is.
    case endToEnd
    /// It belongs to this hop (RFC 9110 §7.6.1, §11.7) or was met here.
    case hopByHop
    /// `Connection`: this hop's, and may name others that are.
    case connection
    /// `Upgrade`: this hop's, and may ask for what the gateway cannot do.
    case upgrade
    case host
    case forwarded
    case forwardedFor
    case forwardedHost
    case forwardedProto
    /// Another claim of where the request came from: `X-Forwarded-*`, `X-Real-IP`.
    case otherForwarded
    case requestID
    case via

    /// The role of a field in a request.
    ///
    /// `Expect: 100-continue` is met here: the server answers it when the gateway asks for the
    /// content. `Proxy` never had a meaning but becomes `HTTP_PROXY` in CGI (CVE-2016-5385).
    @inline(__always)
    static func inRequest(_ name: UnsafeRawBufferPointer) -> FieldRole {
        switch name.count {
        case 3 where ASCII.equals(name, "via"): .via
        case 4 where ASCII.equals(name, "host"): .host
        case 5 where ASCII.equals(name, "proxy"): .hopByHop
        case 6 where ASCII.equals(name, "expect"): .hopByHop
        case 9 where ASCII.equals(name, "forwarded"): .forwarded
        case 12 where ASCII.equals(name, "x-request-id"): .requestID
        case 15 where ASCII.equals(name, "x-forwarded-for"): .forwardedFor
        case 16 where ASCII.equals(name, "x-forwarded-host"): .forwardedHost
        case 17 where ASCII.equals(name, "x-forwarded-proto"): .forwardedProto
        case 9 where ASCII.equals(name, "x-real-ip"): .otherForwarded
        case 13...
        where ASCII.equals(
            UnsafeRawBufferPointer(rebasing: name[..<12]),
            "x-forwarded-"
        ): .otherForwarded
        default: inAny(name)
        }
    }

    /// The role of a field in a response.
    @inline(__always)
    static func inResponse(_ name: UnsafeRawBufferPointer) -> FieldRole {
        name.count == 3 && ASCII.equals(name, "via") ? .via : inAny(name)
    }

    @inline(__always)
    private static func inAny(_ name: UnsafeRawBufferPointer) -> FieldRole {
        switch name.count {
        case 2 where ASCII.equals(name, "te"): .hopByHop
        case 7 where ASCII.equals(name, "upgrade"): .upgrade
        case 10 where ASCII.equals(name, "connection"): .connection
        case 10 where ASCII.equals(name, "keep-alive"): .hopByHop
        case 16 where ASCII.equals(name, "proxy-connection"): .hopByHop
        case 17 where ASCII.equals(name, "transfer-encoding"): .hopByHop
        case 18 where ASCII.equals(name, "proxy-authenticate"): .hopByHop
        case 19 where ASCII.equals(name, "proxy-authorization"): .hopByHop
        case 25 where ASCII.equals(name, "proxy-authentication-info"): .hopByHop
        default: .endToEnd
        }
    }
}
